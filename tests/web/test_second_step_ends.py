"""Where the second step leads when it is not passed, and what follows the last recovery codes."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.models import RecoveryCode, Session
from app.services.people import recovery_codes
from tests import factories, phone
from tests.administrators import browser_of
from tests.factories import PASSWORD
from tests.secrets_seen import remember
from tests.transports import FlaskTransport

MFA = "urn:sealwax:acr:mfa"


@pytest.fixture
def codes(jane, clock):
    """Give Jane a second step; return her recovery codes."""
    assert clock.time, "the clock stands still"
    return factories.phone(jane)[1]


def with_paper(browser, jane, code):
    """Sign in with the password and a recovery code."""
    browser.sign_in(jane.email, PASSWORD).follow("Use a recovery code")
    return browser.press("continue", code=remember(code))


def leave(jane, codes, number, db):
    """Use recovery codes up until so many are left."""
    for code in codes[: len(codes) - number]:
        recovery_codes.spend(jane.id, code)
    db.session.commit()
    return codes[-1]


# --- the way back ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["second-step", "recovery-code", "passkey-step", "enrol", "prove-mailbox"]
)
def test_app_is_told_that_the_person_does_not_want_to(make_app, browser, jane, rp, path, db):
    """RFC 6749 §4.1.2.1: every page of the second step can be cancelled, in no session too."""
    if path in {"enrol", "prove-mailbox"}:
        rp.transport = browser.transport = FlaskTransport(
            make_app(second_step="everyone", confirm_at_sign_in="off")
        )
        jane.email_verified = path == "prove-mailbox"
        db.session.commit()
    else:
        factories.phone(jane)
    if path == "passkey-step":
        factories.passkey(jane)
    rp.authorize(browser).press("sign-in", username=jane.email, password=PASSWORD)
    if browser.at != f"/login/{path}":
        browser.follow("Use a recovery code")
    assert browser.at == f"/login/{path}"

    browser.press("cancel")

    assert rp.callback(browser).error == "access_denied"
    assert db.session.scalar(select(func.count()).select_from(Session)) == 0


def test_step_up_is_cancelled_and_the_session_goes_on(app, jane, rp, codes):
    assert codes, "jane has a phone"
    browser = browser_of(app, jane)
    rp.authorize(browser, acr_values=MFA)
    assert browser.at == "/login/second-step"

    browser.press("cancel")

    assert rp.callback(browser).error == "access_denied"
    assert browser.open("/account/").at == "/account/"


def test_who_is_asked_by_a_page_of_ours_goes_back_to_the_account(app, jane, codes):
    """ux.md 2.12: no page is a dead end."""
    assert codes, "jane has a phone"
    browser = browser_of(app, jane).open("/account/second-step/off")
    assert browser.at == "/login/second-step"

    assert browser.follow("Back to your account").at == "/account/"


def test_form_of_another_site_cancels_nothing(browser, jane, rp, codes):
    """security.md SE07."""
    assert codes, "jane has a phone"
    rp.authorize(browser).press("sign-in", username=jane.email, password=PASSWORD)
    where = browser.fill("cancel").url

    browser.post(where, {}, from_site="https://elsewhere.example")

    assert browser.status == 400
    rp.authorize(browser)
    assert browser.at == "/login/sign-in"


# --- few codes are left ---------------------------------------------------------------------------


def test_person_makes_new_codes_on_the_way_to_the_app(browser, jane, rp, codes, db):
    """ux.md 2.5: the request of the application is not lost."""
    last = leave(jane, codes, 4, db)
    rp.authorize(browser)
    with_paper(browser, jane, last)
    assert browser.at == "/login/codes-left"
    assert browser.sees("3 of 10 codes left")

    browser.press("make")

    assert len(phone.recovery_codes(browser)) == 10
    assert browser.sees("The recovery codes you had before no longer work.")
    assert browser.follow("I've saved these").has("allow")
    assert recovery_codes.left(jane.id) == 10


def test_person_goes_on_without(browser, jane, codes, db):
    with_paper(browser.open("/login/sign-in"), jane, leave(jane, codes, 1, db))
    assert browser.sees("0 of 10 codes left")

    assert browser.follow("Not now").at == "/account/"


def test_nobody_is_troubled_while_there_are_enough(browser, jane, codes, db):
    with_paper(browser.open("/login/sign-in"), jane, leave(jane, codes, 5, db))

    assert browser.at == "/account/"
    assert browser.open("/login/codes-left").at == "/account/"


def test_page_left_open_makes_no_codes(browser, jane, codes, clock, db):
    """security.md SE10: whoever finds the browser must not walk off with ten codes."""
    with_paper(browser.open("/login/sign-in"), jane, leave(jane, codes, 2, db))
    clock.move(minutes=16)

    browser.press("make")

    assert browser.at == "/login/sign-in"
    assert db.session.scalar(select(func.count()).select_from(RecoveryCode)) == 1


def test_nobody_signed_in_sees_no_number(browser):
    assert browser.open("/login/codes-left").at == "/login/sign-in"
