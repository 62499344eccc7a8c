"""Nobody demands a second step: who adds a factor after the password alone proves the mailbox.

security.md MF06, RV05: a new password takes no second step away, so that a thief who has learnt
the old one must not be able to set one up.
"""

from __future__ import annotations

import json

import pytest
from sqlalchemy import func, select

from app.models import Passkey, RecoveryCode, Totp
from app.services.authorization.levels import MFA
from tests import factories
from tests.administrators import reads_mail, visitor
from tests.authenticator import Authenticator
from tests.factories import PASSWORD
from tests.passkey_pages import create, use
from tests.phone import prove_mailbox, scan
from tests.secrets_seen import remember

pytestmark = pytest.mark.one_engine
ESSENTIAL = json.dumps({"id_token": {"acr": {"essential": True, "values": [MFA]}}})


@pytest.fixture
def somebody(app, jane, clock):
    """Return the browser of somebody who has typed Jane's password; the clock stands still."""
    assert clock.time, "the clock stands still"
    return visitor(app).sign_in(jane.email, PASSWORD)


def rows(db, model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_app_is_not_set_up_with_a_stolen_password(somebody, jane, letters, db):
    """A GET mails nothing, and the form of the page that was left out is not taken (RV04, MF01)."""
    somebody.open("/account/security").follow("Set up a second step")
    assert somebody.at == "/login/prove-mailbox"
    token = dict(somebody.fill("send").fields)["csrf_token"]

    somebody.post("/account/second-step", {"csrf_token": token, "which": "x", "code": "123456"})

    assert somebody.at == "/login/prove-mailbox"
    assert letters.all(jane.email) == []
    assert rows(db, Totp) == 0


def test_owner_proves_the_mailbox_and_sets_an_app_up(somebody, jane, letters):
    somebody.open("/account/second-step")
    assert somebody.sees("A passkey or a second step takes more than your password.")

    prove_mailbox(somebody, letters, jane.email)

    assert somebody.at == "/account/second-step"
    somebody.press("turn-on", code=remember(scan(somebody).code)).follow("I've saved these")
    assert somebody.at == "/account/security"


def test_passkey_is_not_made_with_a_stolen_password(somebody, db):
    somebody.open("/account/passkeys")
    assert not somebody.has("create-passkey")
    token = dict(somebody.follow("Create a passkey").fill("send").fields)["csrf_token"]

    somebody.post("/account/passkeys", {"csrf_token": token, "credential": "{}"})

    assert somebody.at == "/login/prove-mailbox"
    assert rows(db, Passkey) == 0


def test_owner_proves_the_mailbox_and_makes_a_passkey(somebody, jane, letters):
    somebody.open("/account/passkeys").follow("Create a passkey")

    prove_mailbox(somebody, letters, jane.email)

    assert somebody.at == "/account/passkeys"
    create(somebody)
    assert somebody.sees("The passkey is ready.")


def test_stolen_password_gets_no_recovery_codes(somebody, jane, db):
    """With them the thief would pass the second step that the owner's passkey has become."""
    factories.passkey(jane)

    somebody.open("/account/passkeys").press("ask-passkey")

    assert somebody.at == "/login/prove-mailbox"
    assert rows(db, RecoveryCode) == 0


def test_who_has_passed_two_steps_proves_nothing_more(app, jane):
    """A passkey has been shown: the thief has none."""
    device = factories.passkey(jane)
    browser = use(visitor(app).open("/login/sign-in"), device)

    create(browser.open("/account/passkeys"), Authenticator())

    assert browser.sees("The passkey is ready.")
    assert scan(browser.open("/account/second-step")).seed


def test_thief_is_offered_no_passkey(app, jane):
    """ux.md 2.6: it is offered after a mailed link, and the address of a page is no proof."""
    thief = visitor(app).open("/login/sign-in?reset=done")

    thief.press("sign-in", username=jane.email, password=PASSWORD, passkeys="yes")

    assert thief.at == "/account/"


def test_application_that_asks_keeps_its_request(app, somebody, jane, rp, letters):
    """ux.md 2.5, security.md MF12: the same proof, and the request goes on."""
    rp.authorize(somebody, claims=ESSENTIAL)
    assert somebody.at == "/login/prove-mailbox"
    assert somebody.sees("Photo Box asks for a second step.")

    prove_mailbox(somebody, letters, jane.email)

    assert somebody.at == "/login/enrol"
    somebody.press("turn-on", code=remember(scan(somebody).code)).follow("I've saved these")
    tokens = rp.redeem(rp.callback(somebody.allow()).code).json
    assert rp.verify_id_token(tokens["id_token"])["acr"] == MFA


def test_proof_is_forgotten_after_half_an_hour(app, jane, clock):
    browser = reads_mail(visitor(app), jane)
    clock.move(minutes=30)

    browser.sign_in(jane.email, PASSWORD).open("/account/second-step")

    assert browser.at == "/login/prove-mailbox"


def test_who_has_come_by_a_mailed_link_proves_nothing_twice(app, jane, letters):
    """A new password by mail, and a passkey right after it (ux.md 2.4)."""
    browser = visitor(app).open("/login/forgot").press("send", email=jane.email)
    browser.open(letters.link(jane.email)).press("save", password=remember("two blue owls at sea"))

    browser.sign_in(jane.email, "two blue owls at sea").open("/account/second-step")

    assert browser.at == "/account/second-step"


def test_who_has_just_signed_up_proves_nothing_twice(app, letters):
    browser = visitor(app).open("/login/sign-up")
    browser.sign_up("new@people.example", "seven purple llamas hum at noon")
    browser.confirm(letters.code("new@people.example"))

    assert browser.open("/account/second-step").at == "/account/second-step"
