"""An address nobody has confirmed: the right password leads to a mailed code (ux.md 2.1, 2.3)."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.models import AuditEvent, HalfSignIn, Session
from app.services.upkeep.audit import Event
from app.settings import Settings
from tests import factories
from tests.administrators import visitor
from tests.factories import PASSWORD
from tests.passkey_pages import use
from tests.phone import scan
from tests.secrets_seen import remember
from tests.transports import FlaskTransport

EMAIL = "kim@people.example"
PAGE = "/login/prove-mailbox"
WRONG = "That code isn't right or has expired."


@pytest.fixture
def kim(db, clock):
    """Return a person as `flask user create` makes one without --verified."""
    assert clock.time, "the clock stands still"
    return factories.user(EMAIL, name="Kim", email_verified=False)


def rows(db, model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_right_password_mails_a_code_and_opens_no_session(browser, kim, letters, db):
    """ux.md 2.1: email not verified, after the right password."""
    browser.sign_in(EMAIL, PASSWORD)

    assert browser.at == PAGE
    assert browser.sees(EMAIL)
    assert len(letters.all(EMAIL)) == 1
    assert "confirm this address" in letters.text(EMAIL)
    assert rows(db, Session) == 0


def test_wrong_password_says_and_mails_what_it_does_for_anybody(browser, kim, letters):
    """security.md LG01: that an address is not confirmed is told to nobody else."""
    browser.sign_in(EMAIL, "another password altogether")
    known = browser.answer
    browser.sign_in("nobody@people.example", "another password altogether")

    assert known.status == browser.answer.status == 422
    assert browser.at == "/login/sign-in"
    assert letters.all() == []


def test_code_confirms_the_address_and_signs_in(browser, kim, letters, db):
    browser.sign_in(EMAIL, PASSWORD).press("confirm", code=letters.code(EMAIL))

    assert browser.at == "/account/"
    db.session.refresh(kim)
    assert kim.email_verified
    wanted = select(AuditEvent.user_id).where(AuditEvent.event == Event.ADDRESS_CONFIRMED)
    assert db.session.scalars(wanted).all() == [kim.id]
    assert rows(db, HalfSignIn) == 0


def test_next_sign_in_asks_nothing_any_more(browser, kim, letters, app):
    browser.sign_in(EMAIL, PASSWORD).press("confirm", code=letters.code(EMAIL))

    assert visitor(app).sign_in(EMAIL, PASSWORD).at == "/account/"


def test_request_of_the_app_goes_on(rp, browser, kim, letters):
    """ux.md 2.3: the app gets its person, and is told that the address is verified."""
    rp.authorize(browser).press("sign-in", username=EMAIL, password=PASSWORD)
    assert browser.at == PAGE

    browser.press("confirm", code=letters.code(EMAIL)).press("allow")

    token = rp.redeem(rp.callback(browser).code).json["access_token"]
    assert rp.userinfo(token).json["email_verified"] is True


def test_page_that_was_asked_for_comes_after_it(browser, kim, letters):
    browser.open("/account/activity").press("sign-in", username=EMAIL, password=PASSWORD)

    assert browser.press("confirm", code=letters.code(EMAIL)).at == "/account/activity"


def test_request_is_cancelled_on_the_page(rp, browser, kim):
    """RFC 6749 §4.1.2.1: every page on the way can be cancelled."""
    rp.authorize(browser).press("sign-in", username=EMAIL, password=PASSWORD)

    browser.press("cancel")

    assert rp.callback(browser).error == "access_denied"


def test_wrong_codes_are_counted(browser, kim, letters, db):
    """Five, then none is right any more, the mailed one neither."""
    browser.sign_in(EMAIL, PASSWORD)
    code = letters.code(EMAIL)
    for _try in range(5):
        assert browser.press("confirm", code="AAAA-AAAA").sees(WRONG)

    browser.press("confirm", code=code)

    assert browser.sees(WRONG)
    assert rows(db, Session) == 0
    db.session.refresh(kim)
    assert not kim.email_verified


def test_new_code_takes_a_minute(browser, kim, letters, clock):
    """security.md RV06: the limits are those of every code of ours."""
    browser.sign_in(EMAIL, PASSWORD)
    assert browser.press("send").answer.status == 429
    clock.move(minutes=2)

    browser.press("send")

    assert len(letters.all(EMAIL)) == 2
    assert browser.press("confirm", code=letters.code(EMAIL)).at == "/account/"


def test_signing_in_again_mails_no_other_code(browser, kim, letters, clock):
    """security.md RV06: the one in the mailbox still works."""
    browser.sign_in(EMAIL, PASSWORD)
    clock.move(minutes=5)

    browser.sign_in(EMAIL, PASSWORD)

    assert len(letters.all(EMAIL)) == 1
    assert browser.press("confirm", code=letters.code(EMAIL)).at == "/account/"


def test_mailbox_is_not_filled_from_many_browsers(app, kim, letters):
    """security.md RV06: who knows the password cannot mail without end; the page says so."""
    browsers = [visitor(app).sign_in(EMAIL, PASSWORD) for _browser in range(8)]

    assert {browser.at for browser in browsers} == {PAGE}
    assert len(letters.all(EMAIL)) < 8
    assert browsers[-1].has("send")
    assert not browsers[-1].has("confirm")


def test_stranger_who_has_mails_sent_there_locks_nobody_out(app, browser, kim, letters):
    """security.md RL01: what anybody can use up is not what the right password needs."""
    for _ in range(6):
        visitor(app).open("/login/forgot").press("send", email=EMAIL)
    before = len(letters.all(EMAIL))

    browser.sign_in(EMAIL, PASSWORD)

    assert len(letters.all(EMAIL)) == before + 1
    assert browser.press("confirm", code=letters.code(EMAIL)).at == "/account/"


def test_code_counts_in_its_own_browser_alone(app, browser, kim, letters):
    browser.sign_in(EMAIL, PASSWORD)
    code = letters.code(EMAIL)
    other = visitor(app).sign_in(EMAIL, PASSWORD)

    assert other.press("confirm", code=code).sees(WRONG)


@pytest.mark.parametrize("page", ["second-step", "recovery-code", "passkey-step", "enrol"])
def test_no_page_of_the_second_step_comes_before_it(browser, kim, page, db):
    """security.md LG04: a page that is left out is asked for by the server."""
    factories.phone(kim)
    browser.sign_in(EMAIL, PASSWORD)

    assert browser.open(f"/login/{page}?half=yes").at == PAGE
    assert rows(db, Session) == 0


def test_code_of_the_app_cannot_be_sent_before_it(browser, kim, db):
    """security.md LG04, MF01: nor does the right code skip it."""
    phone, _codes = factories.phone(kim)
    browser.sign_in(EMAIL, PASSWORD)
    token = dict(browser.fill("confirm").fields)["csrf_token"]

    browser.post("/login/second-step?half=yes", {"csrf_token": token, "code": phone.code})

    assert browser.at == PAGE
    assert rows(db, Session) == 0


def test_second_step_is_asked_for_after_it(browser, kim, letters, db):
    """security.md MF11: a mailed code is no second step."""
    phone, _codes = factories.phone(kim)
    browser.sign_in(EMAIL, PASSWORD).press("confirm", code=letters.code(EMAIL))

    assert browser.at == "/login/second-step"
    assert rows(db, Session) == 0
    assert browser.press("continue", code=remember(phone.code)).at == "/account/"


def test_step_that_has_to_be_set_up_comes_after_it(make_app, kim, letters, db):
    """security.md MF06: the mailbox is proved by then, and is not asked for twice."""
    browser = visitor(make_app(second_step="everyone")).sign_in(EMAIL, PASSWORD)
    browser.press("confirm", code=letters.code(EMAIL))

    assert browser.at == "/login/enrol"
    assert rows(db, Session) == 0
    browser.press("turn-on", code=remember(scan(browser).code)).follow("I've saved these")
    assert browser.at == "/account/"


def test_session_from_before_is_not_renewed_without_it(make_app, kim, db):
    """It was opened where nobody had to confirm; proving once more who one is asks for it."""
    lax, strict = make_app(confirm_at_sign_in="off"), make_app()
    browser = visitor(lax).sign_in(EMAIL, PASSWORD)
    since = db.session.scalar(select(Session.auth_time))
    browser.transport = FlaskTransport(strict)

    browser.open("/login/sign-in?again=yes").press("sign-in", password=PASSWORD)

    assert browser.at == PAGE
    assert db.session.scalar(select(Session.auth_time)) == since


def test_passkey_says_who_somebody_is_without_an_address(browser, kim, db):
    """Only who comes with a password is asked."""
    authenticator = factories.passkey(kim)

    assert use(browser.open("/login/sign-in"), authenticator).at == "/account/"


@pytest.mark.parametrize(
    ("issuer", "chosen", "asks"),
    [
        ("https://id.example", "", True),
        ("https://id.example", "off", False),
        ("http://localhost:8000", "", False),
        ("http://127.0.0.1:8000", "on", True),
    ],
)
def test_own_machine_is_spared_unless_it_is_asked_for(settings, issuer, chosen, asks):
    """What runs on a loopback address has no people to protect, and often no mail."""
    given = {"issuer": issuer, "confirm_at_sign_in": chosen}

    assert Settings(**{**settings.model_dump(), **given}).confirms_at_sign_in is asks


def test_setting_lets_in_where_no_mail_can_be_sent(make_app, kim, letters):
    browser = visitor(make_app(confirm_at_sign_in="off")).sign_in(EMAIL, PASSWORD)

    assert browser.at == "/account/"
    assert letters.all() == []
