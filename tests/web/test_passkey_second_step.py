"""Passkeys as the second step: after the password, for more, and where one is demanded (MF01)."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import func, select

from app.models import HalfSignIn, Passkey, Session
from app.services.authorization.levels import MFA, PHR
from app.services.people import second_steps
from tests import factories
from tests.administrators import browser_of, owner_of, visitor
from tests.authenticator import LIES, Lie
from tests.factories import PASSWORD
from tests.passkey_pages import create, options_on, use
from tests.phone import prove_mailbox, recovery_codes, scan
from tests.secrets_seen import remember
from tests.transports import FlaskTransport


@pytest.fixture
def device(jane, db):
    """Let a passkey be asked for after Jane's password; return what holds it."""
    made = factories.passkey(jane)
    for code in second_steps.turn_on_with_passkey(jane):
        remember(code)
    db.session.commit()
    return made


def half_way(browser, jane):
    """Pass the first step."""
    return browser.open("/login/sign-in").sign_in(jane.email, PASSWORD)


def sessions(db):
    return db.session.scalar(select(func.count()).select_from(Session))


def test_passkey_is_asked_for_after_the_password(browser, jane, device, db):
    """security.md MF01, MF12."""
    half_way(browser, jane)
    assert browser.at == "/login/passkey-step"
    assert sessions(db) == 0

    use(browser, device)

    assert browser.at == "/account/"
    session = db.session.scalars(select(Session)).one()
    assert (session.amr, session.acr) == (["pwd", "hwk", "user", "mfa"], PHR)


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_lie_passes_no_second_step(browser, jane, device, lie, db):
    """security.md MF07."""
    use(half_way(browser, jane), device, lie)

    assert browser.status == 422
    assert browser.at == "/login/passkey-step"
    assert sessions(db) == 0


def test_passkey_of_somebody_else_passes_no_second_step(browser, jane, device, db):
    """security.md MF07: it must belong to who is being signed in."""
    theirs = factories.passkey(factories.user())

    use(half_way(browser, jane), theirs)

    assert browser.status == 422
    assert device.handle != theirs.handle
    assert sessions(db) == 0


def test_answer_of_the_sign_in_page_is_none_for_the_second_step(app, browser, jane, device):
    """security.md MF07: bound to the ceremony."""
    asked = options_on(browser.open("/login/sign-in"), "use-passkey")
    half_way(browser, jane)

    browser.press("use-passkey", credential=device.sign(asked))

    assert browser.status == 422
    assert browser.sees("This page was open for a long time.")


def test_five_wrong_answers_lead_back_to_the_password(browser, jane, device, db):
    """security.md MF03."""
    half_way(browser, jane)
    for _ in range(5):
        use(browser, device, Lie(rp_id="evil.example"))

    browser.open("/login/passkey-step")

    assert browser.at == "/login/sign-in"


def test_recovery_code_helps_who_has_lost_the_passkey(browser, jane, db):
    """ux.md 2.5: another way."""
    factories.passkey(jane)
    codes = second_steps.turn_on_with_passkey(jane)
    db.session.commit()

    half_way(browser, jane).follow("Use a recovery code")
    browser.press("continue", code=remember(codes[0]))

    assert browser.at == "/account/"


def test_what_was_used_last_comes_first(browser, jane, device, clock):
    """ux.md 2.5."""
    phone, _ = factories.phone(jane)
    clock.move(minutes=1)
    half_way(browser, jane)
    assert browser.at == "/login/passkey-step"
    browser.follow("Use your authenticator app")
    assert browser.at == "/login/second-step"
    browser.press("continue", code=remember(phone.code)).sign_out()

    half_way(browser, jane)

    assert browser.at == "/login/second-step"
    browser.open(browser.element("use-passkey-step").get("href"))
    assert use(browser, device).at == "/account/"


def test_passkey_alone_asks_nothing_after_the_password(browser, jane):
    """Whoever has both decides: adding a passkey does not change what the password does."""
    factories.passkey(jane)

    assert half_way(browser, jane).at == "/account/"


@pytest.mark.parametrize("path", ["/login/passkey-step", "/login/enrol/passkey"])
def test_nobody_half_way_is_sent_to_the_beginning(browser, path):
    assert browser.open(path).at == "/login/sign-in"


# --- an application asks for more ---------------------------------------------------------------


def essential(*values):
    return json.dumps({"id_token": {"acr": {"essential": True, "values": values}}})


def claims_of(rp, browser):
    tokens = rp.redeem(rp.callback(browser.allow()).code).json
    return rp.verify_id_token(tokens["id_token"])


@pytest.mark.parametrize("wanted", [MFA, PHR])
def test_app_that_asks_for_more_gets_it_from_a_passkey(app, rp, jane, device, clock, wanted):
    """security.md MF12, RFC 9470: auth_time stays, nobody has signed in again."""
    signed_in_at = int(clock.time.timestamp())
    browser = browser_of(app, jane)
    clock.move(minutes=1)
    rp.authorize(browser, acr_values=wanted)
    assert browser.at == "/login/passkey-step"

    claims = claims_of(rp, use(browser, device))

    assert (claims["acr"], claims["auth_time"]) == (wanted, signed_in_at)


def test_code_is_not_enough_for_what_withstands_phishing(app, rp, jane, device, clock):
    assert clock.time, "the clock stands still"
    factories.phone(jane)
    browser = browser_of(app, jane)

    rp.authorize(browser, acr_values=PHR)

    assert browser.at == "/login/passkey-step"
    assert not browser.has("other-ways")
    url = browser.shown.url.replace("passkey-step", "second-step")
    assert browser.open(f"{url}&chosen=yes").at == "/login/passkey-step"
    assert claims_of(rp, use(browser, device))["acr"] == PHR


def test_wish_for_it_makes_nobody_set_one_up(app, rp, jane, clock):
    """OIDC Core §3.1.2.1: voluntary."""
    assert clock.time, "the clock stands still"
    factories.phone(jane)
    browser = browser_of(app, jane)

    rp.authorize(browser, acr_values=PHR)

    assert browser.at == "/login/consent"


def test_what_is_essential_is_set_up_on_the_way(app, rp, jane, db):
    """security.md MF12; the request is not lost."""
    browser = owner_of(app, jane)
    rp.authorize(browser, claims=essential(PHR))
    assert browser.at == "/login/enrol"
    assert not browser.has("turn-on")

    create(browser)
    assert len(recovery_codes(browser)) == 10
    browser.follow("I've saved these")

    assert claims_of(rp, browser)["acr"] == PHR
    db.session.refresh(jane)
    assert jane.has_second_step


def test_code_comes_before_a_passkey_is_made_on_the_way(app, rp, jane, clock, db):
    """security.md MF06: a password alone adds no factor to an account that has a second step."""
    phone, _ = factories.phone(jane)
    clock.move(minutes=1)
    browser = browser_of(app, jane)
    rp.authorize(browser, claims=essential(PHR))
    assert browser.at == "/login/second-step"
    browser.press("continue", code=remember(phone.code))
    assert browser.at == "/login/enrol"

    create(browser)

    assert claims_of(rp, browser)["acr"] == PHR
    assert db.session.scalar(select(func.count()).select_from(Passkey)) == 1


# --- a second step is demanded ------------------------------------------------------------------


@pytest.fixture
def strict(make_app):
    """Return a provider where everyone has to have a second step."""
    return make_app(second_step="everyone")


def test_policy_is_obeyed_with_a_passkey(strict, jane, rp, letters):
    """ux.md 2.5: app or passkey; recovery codes in either case."""
    rp.transport = FlaskTransport(strict)
    browser = visitor(strict)
    rp.authorize(browser)
    browser.press("sign-in", username=jane.email, password=PASSWORD)
    prove_mailbox(browser, letters, jane.email)
    assert browser.at == "/login/enrol"
    assert scan(browser).seed, "the app is offered as well"

    create(browser)
    assert len(recovery_codes(browser)) == 10
    browser.follow("I've saved these")

    claims = claims_of(rp, browser)
    assert (claims["amr"], claims["acr"]) == (["pwd", "hwk", "user", "mfa"], PHR)


def test_passkey_that_was_not_made_lets_nobody_in(strict, jane, letters, db):
    browser = visitor(strict).sign_in(jane.email, PASSWORD)
    prove_mailbox(browser, letters, jane.email)

    create(browser, lie=Lie(origin="https://evil.example"))

    assert browser.status == 422
    assert browser.sees("No passkey was made. Try again?")
    assert sessions(db) == 0
    assert db.session.scalar(select(func.count()).select_from(HalfSignIn)) == 1


def test_who_has_a_passkey_sets_up_nothing_for_the_policy(strict, jane):
    device = factories.passkey(jane)
    browser = visitor(strict).sign_in(jane.email, PASSWORD)
    assert browser.at == "/login/passkey-step"

    assert use(browser, device).at == "/account/"


def test_passkey_is_enough_for_the_administration(make_app, db):
    """security.md AD04, MF14."""
    admin = factories.admin()
    device = factories.passkey(admin)
    browser = visitor(make_app(second_step="admins")).open("/login/sign-in")

    use(browser, device)

    assert browser.open("/admin/users").at == "/admin/users"
