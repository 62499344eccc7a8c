"""Connect a device: the code is typed, somebody decides, and only here (ux.md 2.9, RFC 8628)."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from sqlalchemy import func, select

from app.models import Attempt, AuditEvent, Interaction
from app.services.clients import clients
from app.services.upkeep.audit import Event
from tests import factories
from tests.administrators import visitor
from tests.devices import PENDING, connect, enter
from tests.factories import PASSWORD
from tests.secrets_seen import remember

WRONG = "That code isn't right or has expired. Get a new one on your device."
NOBODYS = "BBBB-CCCC"
WARNING = (
    "Only go on if you started this on a device in front of you. "
    "Never enter a code someone sent you."
)


@pytest.fixture
def tv(register):
    """Return a television that may ask for everything."""
    scope = "openid profile email phone offline_access photos:read"
    return register("device", client_name="Big Screen", redirect_uris=[CALLBACK], scope=scope)


CALLBACK = "https://tv.example/unused"


@pytest.fixture
def codes(tv):
    """Return the codes that it shows."""
    return tv.ask_for_codes(scope="openid email phone offline_access").json


def error(tv, codes):
    """Return what the device is told while it has no tokens."""
    return tv.poll(codes["device_code"]).json["error"]


def test_page_asks_for_the_code_as_devices_show_it(browser):
    browser.open("/login/device")

    assert browser.sees("Connect a device")
    assert browser.sees("Enter the code shown on your device.")
    field = browser.element("user_code")
    told = [field.get(name) for name in ("autocomplete", "autocapitalize", "spellcheck")]
    assert told == ["off", "characters", "false"]
    assert not field.get("maxlength")


@pytest.mark.parametrize("spelling", ["{}", "lower", "no dash", "spaces"])
def test_code_is_taken_however_it_is_typed(tv, codes, signed_in, spelling):
    """ux.md 2.9, RFC 8628 §6.1: dashes and capitals are for the eye."""
    code = codes["user_code"]
    typed = {
        "lower": code.lower(),
        "no dash": code.replace("-", ""),
        "spaces": f" {' '.join(code.lower())} ",
    }.get(spelling, code)

    assert enter(signed_in, codes, typed=remember(typed)).has("connect")


def test_code_in_the_address_is_shown_and_not_sent(tv, codes, signed_in, db):
    """RFC 8628 §5.4: whoever made the link may not be whoever opens it."""
    signed_in.open(codes["verification_uri_complete"])

    assert signed_in.sees("Does your device show")
    assert signed_in.element("shown-code").text == codes["user_code"]
    assert db.session.scalar(select(func.count()).select_from(Interaction)) == 0
    assert signed_in.press("continue").has("connect")


def test_no_leads_to_typing_another_one(codes, signed_in):
    signed_in.open(codes["verification_uri_complete"]).open(signed_in.element("no").get("href"))

    assert signed_in.sees("Enter the code shown on your device.")


@pytest.mark.parametrize(
    "typed", ["", "BBBB", "AEIO-UAEI", "<script>", "B" * 5000, "BBBB-CCCC-DDDD"]
)
def test_what_is_no_code_in_the_address_shows_the_empty_field(browser, typed):
    browser.open(f"/login/device?user_code={quote(typed)}")

    assert browser.element("user_code").get("value", "") == ""
    assert not browser.has("shown-code")


def test_person_sees_who_asks_for_what_when_and_from_where(codes, signed_in):
    """ux.md 2.9, RFC 8628 §5.4: what tells one's own device from somebody else's."""
    enter(signed_in, codes)

    assert signed_in.sees("Connect Big Screen to your account?")
    assert signed_in.sees(WARNING)
    assert signed_in.sees("Asked: ")
    assert signed_in.sees("127.0.0.1")
    assert signed_in.sees("jane@people.example, confirmed")
    assert signed_in.has("scope-email")
    assert not signed_in.has("scope-openid")


def test_home_page_of_the_application_is_named(register, signed_in):
    tv = register("device", client_name="Big Screen", client_uri="https://screen.example/about")

    enter(signed_in, tv.ask_for_codes().json)

    assert signed_in.sees("screen.example")


def test_connecting_is_said_and_the_device_goes_on(tv, codes, signed_in):
    connect(signed_in, codes, ["email"])

    assert signed_in.sees("Device connected")
    assert signed_in.sees("You can go back to it.")
    tokens = tv.poll(codes["device_code"]).json
    assert tokens["scope"] == "openid email"


def test_cancel_gives_it_nothing(tv, codes, signed_in):
    enter(signed_in, codes).deny()

    assert signed_in.sees("Device not connected")
    assert signed_in.sees("Big Screen got nothing.")
    assert error(tv, codes) == "access_denied"


def test_person_decides_each_time(tv, codes, signed_in):
    """RFC 8628 §5.4: what was allowed before says nothing about who holds this device."""
    connect(signed_in, codes)
    again = tv.ask_for_codes(scope="openid email").json

    assert enter(signed_in, again).has("connect")
    assert error(tv, again) == PENDING


def test_trusted_application_asks_as_well(register, signed_in):
    """RFC 8628 §5.4: trust in the application is none in the hands that hold it."""
    tv = register("device", trusted=True)

    assert enter(signed_in, tv.ask_for_codes().json).has("connect")


def test_access_appears_among_the_apps_and_in_the_activity(tv, codes, signed_in, db):
    """ux.md 2.13: who connected a device finds it again, and can take it back."""
    connect(signed_in, codes)
    tokens = tv.poll(codes["device_code"]).json

    assert signed_in.open("/account/activity").sees("Device connected")
    event = db.session.scalars(select(AuditEvent).filter_by(event=Event.DEVICE_CONNECTED)).one()
    assert (event.address, event.client_id) == ("127.0.0.1", tv.client_id)
    assert signed_in.open("/account/apps").sees("Big Screen")
    buttons = signed_in.shown.root.find_all("button")
    (remove,) = (one for one in buttons if (one.get("id") or "").startswith("remove-"))
    signed_in.press(remove.get("id"))
    assert tv.userinfo(tokens["access_token"]).status == 401


def test_code_is_kept_through_the_sign_in(tv, codes, browser, jane):
    """ux.md 2.9: whoever is not signed in does that first, and types nothing twice."""
    enter(browser, codes)
    assert browser.at == "/login/sign-in"
    assert browser.sees("Big Screen")

    browser.sign_in(jane.email, PASSWORD)

    assert browser.has("connect")
    assert browser.press("connect").sees("Device connected")
    assert tv.poll(codes["device_code"]).status == 200


def test_code_is_kept_through_second_step_and_language(tv, codes, browser, jane):
    """ux.md 2.9, 1.6: neither a code of the phone nor another language begins anew."""
    phone, _ = factories.phone(jane)
    enter(browser, codes)
    links = browser.shown.root.find_all("a")
    (arabic,) = (link for link in links if "language=ar" in link.get("href"))
    browser.open(arabic.get("href"))
    assert browser.shown.root.find_all("html")[0].get("dir") == "rtl"

    browser.sign_in(jane.email, PASSWORD).press("continue", code=remember(phone.code))

    assert browser.press("connect").has("connected")
    assert tv.poll(codes["device_code"]).status == 200


def test_application_that_wants_a_second_step_gets_it_here_too(register, signed_in, jane):
    """security.md MF01: enforced on every path that ends in a token."""
    factories.phone(jane)
    tv = register("device", require_second_step=True)

    enter(signed_in, tv.ask_for_codes().json)

    assert signed_in.at == "/login/second-step"


def test_cancel_before_the_sign_in_is_over_is_an_answer(tv, codes, browser, jane):
    factories.phone(jane)
    enter(browser, codes).sign_in(jane.email, PASSWORD)

    browser.press("cancel")

    assert browser.sees("Device not connected")
    assert error(tv, codes) == "access_denied"


def test_another_account_can_be_chosen(tv, codes, signed_in):
    other = factories.user("john@people.example", name="John Doe")
    enter(signed_in, codes).follow("Switch account").press("another")
    signed_in.sign_in(other.email, PASSWORD)

    assert signed_in.sees("john@people.example")
    signed_in.press("connect")
    assert tv.userinfo(tv.poll(codes["device_code"]).json["access_token"]).json["sub"] == (
        other.subject
    )


def test_wrong_used_and_expired_codes_look_the_same(tv, codes, signed_in, clock):
    """security.md: whoever guesses learns nothing; the trace tells no code."""
    assert enter(signed_in, codes, typed=NOBODYS).sees(WRONG)
    assert signed_in.status == 422
    connect(signed_in, codes)
    assert enter(signed_in, codes).sees(WRONG)
    late = tv.ask_for_codes().json
    clock.move(minutes=11)
    assert enter(signed_in, late).sees(WRONG)


def test_five_wrong_codes_make_the_next_one_wait(codes, signed_in, db, clock):
    """RFC 8628 §5.1, ux.md 2.9: also for a right one, and in the database."""
    for _ in range(5):
        assert enter(signed_in, codes, typed=NOBODYS).status == 422

    enter(signed_in, codes)
    assert signed_in.status == 429
    assert signed_in.sees("Too many tries. Wait 1 minute, then try again.")
    assert signed_in.answer.headers["retry-after"] == "30"
    reasons = db.session.scalars(
        select(Attempt.reason).filter_by(endpoint="device").order_by(Attempt.id)
    ).all()
    assert reasons == ["user_code_wrong"] * 5 + ["user_codes_throttled"]

    clock.move(seconds=31)
    assert enter(signed_in, codes).has("connect")


def test_right_codes_count_for_nothing(tv, signed_in):
    for _ in range(7):
        assert enter(signed_in, tv.ask_for_codes().json).has("connect")


def test_whoever_drops_the_cookies_is_slowed_down_with_the_network(app, codes):
    """RFC 8628 §5.1: a browser has five tries, its network fifty."""
    statuses = {enter(visitor(app), codes, typed=NOBODYS).status for _ in range(51)}

    assert statuses == {422, 429}
    assert enter(visitor(app), codes).status == 429


def test_person_of_one_browser_cannot_be_made_to_answer_for_another(codes, app, signed_in):
    """Consent fixation: what was typed in one browser is answered in that one."""
    other = visitor(app)
    enter(other, codes)

    signed_in.open(other.shown.url)

    assert signed_in.sees("This sign-in began in another browser")


def test_two_browsers_answer_once(tv, codes, app, signed_in):
    """RFC 8628 §3.3: one conditional UPDATE; whoever is late is told so."""
    second = visitor(app)
    john = factories.user("john@people.example")
    enter(second, codes)
    second.sign_in(john.email, PASSWORD)
    connect(signed_in, codes)

    second.press("connect")

    assert second.sees(WRONG)
    tokens = tv.poll(codes["device_code"]).json
    assert tv.userinfo(tokens["access_token"]).json["email"] == "jane@people.example"


def test_answer_that_comes_too_late_connects_nothing(tv, codes, signed_in, clock):
    enter(signed_in, codes)
    clock.move(minutes=11)

    signed_in.press("connect")

    assert signed_in.status == 410
    assert error(tv, codes) == "expired_token"


def test_application_that_is_turned_off_meanwhile_gets_nothing(tv, codes, signed_in, db):
    """security.md AT05: also while its page is open."""
    enter(signed_in, codes)
    clients.turn_off(clients.get(tv.client_id))
    db.session.commit()

    signed_in.press("connect")

    assert signed_in.sees(WRONG)
    assert error(tv, codes) == "invalid_client"


def test_form_without_our_token_enters_nothing(codes, signed_in, db):
    """security.md SE06."""
    fields = {"user_code": codes["user_code"]}
    signed_in.post("/login/device", fields, from_site="https://evil.example")

    assert not signed_in.has("connect")
    assert db.session.scalar(select(func.count()).select_from(Interaction)) == 0


def test_done_page_tells_nothing_to_another_browser(codes, app, signed_in):
    connect(signed_in, codes)
    where = signed_in.shown.url

    assert visitor(app).open(where).at == "/login/device"


def test_old_form_comes_back_with_the_code(codes, browser, jane):
    """ux.md 1.5: a page that was open while somebody signed in elsewhere."""
    filled = browser.open("/login/device").fill("continue", user_code=codes["user_code"])
    browser.open("/login/sign-in").sign_in(jane.email, PASSWORD)

    browser.post(filled.url, dict(filled.fields), from_site=browser.origin)

    assert browser.status == 400
    assert browser.element("user_code").get("value") == codes["user_code"]
