"""An application sends people to make an account (Initiating User Registration via OIDC 1.0)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from app.models import Attempt, User
from tests import factories
from tests.administrators import visitor
from tests.factories import PASSWORD
from tests.relying_party import RelyingParty
from tests.secrets_seen import remember
from tests.transports import FlaskTransport

NEW = "new@people.example"
CODE = re.compile(rb"\b[A-Z]{4}-[A-Z]{4}\b")


@pytest.fixture
def code(settings):
    """Return a function that reads the code in the only mail."""

    def read():
        (file,) = Path(settings.mail_folder).glob("*.eml")
        return remember(CODE.search(file.read_bytes())[0].decode())

    return read


@pytest.fixture
def closed(make_app, rp, settings):
    """Return the same application at a provider where sign-up is closed, and a browser there."""
    app = make_app(sign_up="closed", support_contact="help@example.org")
    there = RelyingParty(
        FlaskTransport(app),
        settings.issuer,
        client_id=rp.client_id,
        client_secret=rp.client_secret,
        redirect_uri=rp.redirect_uri,
    )
    return there, visitor(app)


def test_person_makes_an_account_and_goes_back_to_the_app(rp, browser, code, db):
    """Prompt Create 1.0 §4.1: the account creation first, the requested tokens after it."""
    rp.authorize(browser, prompt="create", login_hint=NEW)
    assert browser.at == "/login/sign-up"
    assert browser.element("email").get("value") == NEW

    browser.sign_up(NEW, PASSWORD)
    browser.confirm(code())
    assert browser.at == "/login/consent"
    tokens = rp.redeem(rp.callback(browser.allow()).code).json

    made = db.session.scalars(select(User)).one()
    assert rp.userinfo(tokens["access_token"]).json["sub"] == made.subject


def test_somebody_signed_in_sees_it_too_and_may_go_on_as_who_they_are(rp, signed_in):
    """Prompt Create 1.0 §4.1: an existing session is no reason to skip the page."""
    rp.authorize(signed_in, prompt="create")
    assert signed_in.at == "/login/sign-up"

    signed_in.follow("Sign in").press("continue")

    assert signed_in.at == "/login/consent"
    assert rp.callback(signed_in.allow()).code


def test_who_has_an_account_signs_in_instead(rp, browser, jane):
    rp.authorize(browser, prompt="create").follow("Sign in")

    browser.sign_in(jane.email, PASSWORD)

    assert browser.at == "/login/consent"


@pytest.mark.parametrize("others", ["login", "consent", "none", "select_account", "login consent"])
def test_create_stands_alone(rp, browser, others):
    """Prompt Create 1.0 §4.1: mutually exclusive with every other value."""
    rp.authorize(browser, prompt=f"create {others}")

    answer = rp.callback(browser)
    assert answer.error == "invalid_request"


def test_discovery_names_it(rp):
    """Prompt Create 1.0 §4.2."""
    assert "create" in rp.metadata["prompt_values_supported"]


def test_closed_sign_up_leads_to_the_sign_in_with_a_word(closed, jane, db):
    """ux.md 2.2: nobody stands before a closed door without knowing why."""
    there, browser = closed
    there.authorize(browser, prompt="create")

    assert browser.at == "/login/sign-in"
    assert browser.sees("New accounts are by invitation. Ask help@example.org.")
    assert "sign_up_closed" in db.session.scalars(select(Attempt.reason)).all()
    assert there.callback(browser.sign_in(jane.email, PASSWORD).allow()).code


def test_closed_sign_up_lets_somebody_signed_in_go_on(closed, jane):
    there, browser = closed
    browser.sign_in(jane.email, PASSWORD)
    there.authorize(browser, prompt="create")
    assert browser.sees("New accounts are by invitation.")

    browser.press("continue")

    assert there.callback(browser.allow()).code


def test_administrators_read_what_is_waited_for(app, rp, db):
    """ux.md 2.21."""
    boss = factories.admin("boss@people.example")
    rp.authorize(visitor(app), prompt="create")
    browser = visitor(app).sign_in(boss.email, PASSWORD)

    assert browser.open("/admin/attempts").sees("The application asked for a new account.")
