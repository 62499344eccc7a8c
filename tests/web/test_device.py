"""Connect a device: the code is typed, somebody decides, and only here (ux.md 2.9, RFC 8628)."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from sqlalchemy import func, select

from app.models import AuditEvent, Interaction
from app.services.upkeep.audit import Event
from tests import factories
from tests.devices import PENDING, connect, enter, told
from tests.factories import PASSWORD
from tests.secrets_seen import remember

WARNING = (
    "Only go on if you started this on a device in front of you. "
    "Never enter a code someone sent you."
)


def test_page_asks_for_the_code_as_devices_show_it(browser):
    browser.open("/login/device")

    assert browser.sees("Connect a device")
    assert browser.sees("Enter the code shown on your device.")
    field = browser.element("user_code")
    hints = [field.get(name) for name in ("autocomplete", "autocapitalize", "spellcheck")]
    assert hints == ["off", "characters", "false"]
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
    assert told(tv, codes) == "access_denied"


def test_person_decides_each_time(tv, codes, signed_in):
    """RFC 8628 §5.4: what was allowed before says nothing about who holds this device."""
    connect(signed_in, codes)
    again = tv.ask_for_codes(scope="openid email").json

    assert enter(signed_in, again).has("connect")
    assert told(tv, again) == PENDING


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
    assert told(tv, codes) == "access_denied"


def test_another_account_can_be_chosen(tv, codes, signed_in):
    other = factories.user("john@people.example", name="John Doe")
    enter(signed_in, codes).follow("Switch account").press("another")
    signed_in.sign_in(other.email, PASSWORD)

    assert signed_in.sees("john@people.example")
    signed_in.press("connect")
    assert tv.userinfo(tv.poll(codes["device_code"]).json["access_token"]).json["sub"] == (
        other.subject
    )
