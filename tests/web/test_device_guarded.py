"""What stands between a device's code and whoever guesses, forwards or repeats it (RFC 8628 §5)."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.models import Attempt, Interaction
from app.services.clients import clients
from app.services.upkeep import throttles
from app.services.upkeep.throttles import USER_CODE_NETWORK
from tests import factories
from tests.administrators import visitor
from tests.devices import connect, enter, told
from tests.factories import PASSWORD

WRONG = "That code isn't right or has expired. Get a new one on your device."
NOBODYS = "BBBB-CCCC"


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


@pytest.fixture
def network_tried(db):
    """Let somebody in the network of these tests have guessed almost as often as it may."""
    count = throttles.network("127.0.0.1", USER_CODE_NETWORK)
    for _ in range(USER_CODE_NETWORK.free - 2):
        throttles.reserve([count])
    db.session.commit()


@pytest.mark.usefixtures("network_tried")
def test_whoever_drops_the_cookies_is_slowed_down_with_the_network(app, codes, clock):
    """RFC 8628 §5.1: a browser has five tries, its network many; a code outlives the wait."""
    assert [enter(visitor(app), codes, typed=NOBODYS).status for _ in range(3)] == [422, 422, 429]
    assert enter(visitor(app), codes).status == 429

    clock.move(seconds=61)
    assert enter(visitor(app), codes).status == 200


@pytest.mark.usefixtures("network_tried")
def test_stranger_in_the_network_locks_nobody_out_who_is_signed_in(app, codes, signed_in):
    """security.md RL01: a company shares one address."""
    for _ in range(3):
        enter(visitor(app), codes, typed=NOBODYS)

    assert enter(signed_in, codes).has("connect")


def test_device_that_registered_itself_shows_no_host(tv, codes, signed_in, db):
    """RFC 8628 §5.4: its home page may be anybody's; the host would vouch for it."""
    row = clients.get(tv.client_id)
    clients.update(row, {"client_uri": "https://accounts.example/"})
    db.session.commit()
    assert enter(signed_in, codes).sees("accounts.example")

    clients.get(tv.client_id).self_registered = True
    clients.update(clients.get(tv.client_id), {})
    db.session.commit()

    assert not enter(signed_in, tv.ask_for_codes().json).sees("accounts.example")
    assert signed_in.sees("hasn't checked this app")


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
    assert told(tv, codes) == "expired_token"


def test_application_that_is_turned_off_meanwhile_gets_nothing(tv, codes, signed_in, db):
    """security.md AT05: also while its page is open."""
    enter(signed_in, codes)
    clients.turn_off(clients.get(tv.client_id))
    db.session.commit()

    signed_in.press("connect")

    assert signed_in.sees(WRONG)
    assert told(tv, codes) == "invalid_client"


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
