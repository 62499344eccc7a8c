"""The second step on the way in: no session before it, few tries, trusted browsers."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.models import Attempt, AuditEvent, Session
from app.services.upkeep.audit import Event
from tests import factories
from tests.administrators import browser_of, visitor
from tests.factories import PASSWORD
from tests.secrets_seen import remember

WRONG = "That code isn't right. Codes change every 30 seconds; check your phone's clock."


@pytest.fixture
def phone(jane, clock):
    """Give Jane a second step; return her phone."""
    assert clock.time, "the clock stands still"
    return factories.phone(jane)[0]


@pytest.fixture
def codes(jane, clock):
    """Give Jane a second step; return her recovery codes."""
    assert clock.time, "the clock stands still"
    return factories.phone(jane)[1]


def half_way(browser, jane):
    """Pass the first step."""
    return browser.open("/login/sign-in").sign_in(jane.email, PASSWORD)


def take(browser, code, **values):
    """Pass the second one."""
    return browser.press("continue", code=remember(code), **values)


def open_sessions(db):
    return db.session.scalar(
        select(func.count()).select_from(Session).where(Session.ended_at.is_(None))
    )


def test_password_alone_opens_no_session(browser, jane, phone, db):
    """security.md LG04, MF01: skipped steps lead back to what is owed."""
    assert phone.code, "jane has a phone"
    half_way(browser, jane)

    assert browser.at == "/login/second-step"
    assert open_sessions(db) == 0
    assert browser.open("/account/").at == "/login/sign-in"


def test_code_of_the_app_opens_the_session(browser, jane, phone, db):
    half_way(browser, jane)

    take(browser, phone.code)

    assert browser.at == "/account/"
    session = db.session.scalars(select(Session)).one()
    assert (session.amr, session.acr) == (["pwd", "otp", "mfa"], "urn:sealwax:acr:mfa")


def test_wrong_code_is_refused_and_written_down(browser, jane, phone, db):
    half_way(browser, jane)

    take(browser, phone.wrong_code)

    assert browser.status == 422
    assert browser.sees(WRONG)
    assert open_sessions(db) == 0
    trace = db.session.scalars(select(Attempt).order_by(Attempt.id.desc())).first()
    assert (trace.outcome, trace.user_id) == ("refused", jane.id)
    reasons = [event.details["reason"] for event in events(db, Event.SECOND_STEP_REFUSED)]
    assert reasons == ["second_step_wrong"]


def events(db, kind):
    return db.session.scalars(select(AuditEvent).where(AuditEvent.event == kind)).all()


def test_code_used_elsewhere_is_refused(app, browser, jane, phone):
    take(half_way(browser, jane), phone.code)
    other = half_way(visitor(app), jane)

    take(other, phone.code)

    assert other.status == 422
    assert other.sees("That code was already used. Wait for the next one.")


def test_empty_code_is_refused(browser, jane, phone):
    assert phone.code, "jane has a phone"
    half_way(browser, jane).press("continue", code="")

    assert browser.status == 422
    assert browser.sees("Enter the code.")


def test_code_of_one_browser_counts_in_no_other(app, browser, jane, phone):
    """security.md LG04: what is owed is bound to the browser."""
    half_way(browser, jane)
    thief = visitor(app)

    thief.open("/login/second-step")

    assert thief.at == "/login/sign-in"
    assert phone.code, "and it was not even asked for"


def test_five_wrong_codes_lead_back_to_the_password(browser, jane, phone, clock):
    """security.md MF03."""
    half_way(browser, jane)
    for _ in range(5):
        take(browser, phone.wrong_code)
        clock.move(minutes=1)

    browser.open("/login/second-step")

    assert browser.at == "/login/sign-in"
    assert browser.sees("Sign in again.")


def test_guessing_has_to_wait_whatever_password_is_typed_between(browser, jane, phone):
    """security.md MF03: the right password does not forget the wrong codes."""
    for _ in range(4):
        take(half_way(browser, jane), phone.wrong_code)

    take(half_way(browser, jane), phone.code)

    assert browser.status == 429
    assert browser.answer.headers["retry-after"]
    assert browser.sees("Too many tries.")


def test_stranger_who_guesses_does_not_lock_the_owner_out(app, browser, jane, phone, clock):
    """security.md RL01: a browser of theirs has a count of its own."""
    take(half_way(browser, jane), phone.code)
    browser.sign_out()
    thief = visitor(app)
    for _ in range(4):
        take(half_way(thief, jane), phone.wrong_code)
    clock.move(seconds=30)

    take(half_way(browser, jane), phone.code)

    assert browser.at == "/account/"


def test_first_step_is_forgotten_after_ten_minutes(browser, jane, phone, clock):
    half_way(browser, jane)
    clock.move(minutes=10)

    take(browser, phone.code)

    assert browser.at == "/login/sign-in"


def test_recovery_code_lets_in_once(app, browser, jane, codes, db):
    """security.md MF05."""
    half_way(browser, jane).follow("Use a recovery code")
    take(browser, codes[0].lower().replace("-", " "))
    assert browser.at == "/account/"

    other = half_way(visitor(app), jane).follow("Use a recovery code")
    take(other, codes[0])

    assert other.status == 422
    assert other.sees("That code isn't right, or it was used before.")
    assert len(events(db, Event.RECOVERY_CODE_USED)) == 1


@pytest.mark.parametrize("path", ["/login/second-step", "/login/recovery-code", "/login/enrol"])
def test_nobody_half_way_is_sent_to_the_beginning(browser, path):
    assert browser.open(path).at == "/login/sign-in"


def test_who_is_signed_in_already_goes_on(app, jane):
    assert browser_of(app, jane).open("/login/second-step").at == "/account/"


def test_who_has_none_costs_no_query_more(browser, jane, statements):
    browser.open("/login/sign-in")

    with statements() as seen:
        browser.press("sign-in", username=jane.email, password=PASSWORD)

    assert not [one for one in seen.sql if "trusted_browser" in one or "totp" in one]


def test_browser_that_never_passed_a_second_step_shares_the_count(app, jane, clock):
    """security.md MF03: passwords known before the second step was set up buy no more guesses."""
    browsers = [visitor(app).sign_in(jane.email, PASSWORD).sign_out() for _ in range(2)]
    phone = factories.phone(jane)[0]
    for _ in range(4):
        take(half_way(browsers[0], jane), phone.wrong_code)

    take(half_way(browsers[1], jane), phone.wrong_code)

    assert clock.time, "the clock stands still"
    assert browsers[1].status == 429


def test_digits_of_another_script_are_digits(browser, jane, phone):
    """ux.md 2.0: what an Arabic keyboard types is the code all the same."""
    code = phone.code.translate({ord(str(digit)): chr(0x660 + digit) for digit in range(10)})

    assert take(half_way(browser, jane), code).at == "/account/"


@pytest.mark.parametrize("code", ["\0", "1\x002", "9" * 5000, "12 34\u20285", "²²²²²²"])
@pytest.mark.parametrize("path", ["/login/second-step", "/login/recovery-code"])
def test_code_that_is_none_is_refused(browser, jane, phone, code, path):
    assert phone.code, "jane has a phone"
    half_way(browser, jane).open(path).press("continue", code=code)

    assert browser.status == 422


def test_language_is_changed_between_the_two_steps(rp, browser, jane, phone):
    """ux.md 2.0: the switch keeps the request, and what the page was for."""
    rp.authorize(browser)
    browser.press("sign-in", username=jane.email, password=PASSWORD)
    before = browser.shown.url

    browser.follow("Deutsch")

    assert browser.shown.url == before
    assert take(browser, phone.code).has("allow")
