"""Who has to have a second step, by the operator's word: on every way in, old sessions too."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.models import Session
from tests import factories
from tests.administrators import browser_of, visitor
from tests.factories import PASSWORD
from tests.phone import prove_mailbox, recovery_codes, scan
from tests.secrets_seen import remember
from tests.transports import FlaskTransport


def set_up(browser):
    """Set the app up on the page shown; return the phone and the recovery codes."""
    phone = scan(browser)
    browser.press("turn-on", code=remember(phone.code))
    return phone, recovery_codes(browser)


@pytest.fixture
def strict(make_app):
    """Return a provider where everyone has to have a second step."""
    return make_app(second_step="everyone")


def test_policy_is_obeyed_on_the_way_to_an_app(strict, jane, rp, clock, db, letters):
    """ux.md 2.5: it says why, and the request of the application is not lost."""
    assert clock.time, "the clock stands still"
    rp.transport = FlaskTransport(strict)
    browser = visitor(strict)
    rp.authorize(browser)
    browser.press("sign-in", username=jane.email, password=PASSWORD)
    assert browser.sees("requires a second step for your account")
    prove_mailbox(browser, letters, jane.email)
    assert browser.at == "/login/enrol"
    assert browser.sees("requires a second step for your account")
    assert db.session.scalar(select(Session)) is None

    set_up(browser)
    browser.follow("I've saved these")

    browser.allow()
    tokens = rp.redeem(rp.callback(browser).code).json
    assert rp.verify_id_token(tokens["id_token"])["amr"] == ["pwd", "otp", "mfa"]


def test_demanded_step_cannot_be_turned_off(strict, jane, clock, letters):
    assert clock.time, "the clock stands still"
    browser = visitor(strict).sign_in(jane.email, PASSWORD)
    set_up(prove_mailbox(browser, letters, jane.email))

    browser.open("/account/security")
    assert not browser.has("second-step-off")

    browser.open("/account/second-step/off")
    assert browser.at == "/account/security"


def test_short_passwords_will_do_where_everyone_has_a_second_step(strict):
    """security.md PW01: 8 characters with an enforced second step, 15 without."""
    browser = visitor(strict).open("/login/sign-up")

    browser.sign_up("new@people.example", "wex7fjdu")

    assert browser.at == "/login/check-email"


def test_administrator_needs_it_for_the_administration(make_app, letters, db):
    """security.md AD04: also who signed in before the policy was set."""
    assert db.engine, "a context of the application is open"
    strict = make_app(second_step="admins")
    admin = factories.admin()
    browser = browser_of(strict, admin)

    browser.open("/admin/users")
    prove_mailbox(browser, letters, admin.email)
    assert browser.at == "/login/enrol"
    set_up(browser)
    browser.follow("I've saved these")

    assert browser.at == "/admin/users"


def test_others_need_none_where_administrators_do(make_app, jane):
    browser = visitor(make_app(second_step="admins"))

    assert browser.sign_in(jane.email, PASSWORD).at == "/account/"


def test_person_signed_in_stays_so_when_policy_makes_them_set_it_up(
    strict, jane, rp, clock, letters
):
    assert clock.time, "the clock stands still"
    browser = browser_of(strict, jane)
    rp.transport = FlaskTransport(strict)
    rp.authorize(browser, prompt="login").press("sign-in", password=PASSWORD)
    prove_mailbox(browser, letters, jane.email)
    assert browser.at == "/login/enrol"

    set_up(browser)

    assert browser.follow("I've saved these").has("allow")


def test_session_from_before_the_policy_owes_the_step_for_the_account_too(strict, jane, clock):
    """security.md MF01."""
    assert clock.time, "the clock stands still"
    browser = browser_of(strict, jane).open("/account/security")

    assert browser.at == "/login/prove-mailbox"


@pytest.mark.parametrize(("policy", "lives"), [("everyone", False), ("admins", True)])
def test_offline_access_of_a_password_ends_with_the_policy(app, make_app, jane, rp, policy, lives):
    """security.md RT06, RT08: each use asks the policy."""
    browser = browser_of(app, jane)
    rp.authorize(browser, scope="openid offline_access", prompt="consent")
    browser.allow()
    tokens = rp.redeem(rp.callback(browser).code).json

    rp.transport = FlaskTransport(make_app(second_step=policy))

    assert rp.userinfo(tokens["access_token"]).status == (200 if lives else 401)
    answer = rp.refresh(tokens["refresh_token"]).json
    assert answer.get("error") == (None if lives else "invalid_grant")


def test_offline_access_of_two_steps_goes_on_under_the_policy(strict, jane, rp, clock):
    assert clock.time, "the clock stands still"
    phone, _ = factories.phone(jane)
    rp.transport = FlaskTransport(strict)
    browser = visitor(strict)
    rp.authorize(browser, scope="openid offline_access", prompt="consent")
    browser.press("sign-in", username=jane.email, password=PASSWORD)
    browser.press("continue", code=remember(phone.code)).allow()
    tokens = rp.redeem(rp.callback(browser).code).json

    assert rp.userinfo(tokens["access_token"]).status == 200
    assert "error" not in rp.refresh(tokens["refresh_token"]).json
