"""Which names a new account asks for, whatever way its owner comes (ux.md 2.2)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.models import User
from app.services.people import invitations
from tests import factories
from tests.administrators import visitor
from tests.secrets_seen import remember

EMAIL, PASSWORD = "ana@people.example", "four green boats sail home"
PARTS = {"given_name": "Ana  Mar\u00eda", "family_name": "de la\u202e Cruz"}
CLAIMS = ("Ana Mar\u00eda de la Cruz", "Ana Mar\u00eda", "de la Cruz")


@pytest.fixture
def strict(make_app):
    """Return an application whose new accounts need a first and a last name."""
    return make_app(sign_up_names="required")


def ask(browser, **typed):
    """Ask for an account on the page shown."""
    return browser.press("register", email=EMAIL, password=remember(PASSWORD), **typed)


def claims(db):
    """Return the three names of the account as it is."""
    user = db.session.scalars(
        select(User).where(User.email == EMAIL).execution_options(populate_existing=True)
    ).one()
    return user.name, user.given_name, user.family_name


def purpose(browser, field):
    """Return what a field tells the browser it is for."""
    return browser.element(field).get("autocomplete")


def test_sign_up_asks_for_one_name_that_may_stay_empty(browser, db, letters):
    """ux.md 2.2: the whole name, and a browser knows that it is one."""
    browser.open("/login/sign-up")
    assert purpose(browser, "name") == "name"
    assert not browser.has("given_name")

    ask(browser)
    browser.confirm(letters.code(EMAIL))

    assert claims(db) == (None, None, None)


def test_sign_up_asks_for_first_and_last_name_where_the_settings_want_it(strict, db, letters):
    """OIDC Core \u00a75.1: given_name and family_name as typed, and name made of them."""
    browser = visitor(strict).open("/login/sign-up")
    assert purpose(browser, "given_name") == "given-name"
    assert purpose(browser, "family_name") == "family-name"
    assert not browser.has("name")

    ask(browser, **PARTS)
    browser.confirm(letters.code(EMAIL))

    assert claims(db) == CLAIMS


def test_neither_name_may_be_left_out_then(strict, db):
    browser = visitor(strict).open("/login/sign-up")

    ask(browser, given_name="Ana", family_name=" ")

    assert browser.status == 422
    assert browser.sees("Enter your last name.")
    assert browser.element("given_name").get("value") == "Ana"


def test_both_names_together_fit_into_one(strict, db):
    """`name` is made of them, and has its own end."""
    browser = visitor(strict).open("/login/sign-up")

    ask(browser, given_name="x" * 150, family_name="y" * 60)

    assert browser.status == 422
    assert browser.element("family_name").get("aria-invalid") == "true"


def test_application_gets_all_three_claims(strict, rp, db, letters):
    browser = visitor(strict)
    rp.authorize(browser)
    browser.follow("Create an account")
    ask(browser, **PARTS)
    browser.confirm(letters.code(EMAIL))
    browser.allow()

    told = rp.userinfo(rp.redeem(rp.callback(browser).code).json["access_token"]).json

    assert (told["name"], told["given_name"], told["family_name"]) == CLAIMS


def test_owner_who_confirms_in_another_browser_is_asked_too(strict, db, letters):
    """security.md RV08: they make the account, so they say what they are called."""
    ask(visitor(strict).open("/login/sign-up"), given_name="Mallory", family_name="Moe")
    elsewhere = visitor(strict).open(letters.link(EMAIL))
    assert elsewhere.element("given_name").get("value") == "Mallory"

    elsewhere.press("confirm", password=PASSWORD, **PARTS)

    assert claims(db) == CLAIMS


def test_invitation_asks_for_them_too(strict, db):
    token = []
    invitations.send(
        EMAIL,
        name="Ana",
        is_admin=False,
        by=factories.admin(),
        link=lambda made: token.append(remember(made)) or "https://id.example/x",
    )
    db.session.commit()
    browser = visitor(strict).open(f"/login/invitation?token={token[0]}")
    assert not browser.has("name")

    browser.press("register", given_name="Ana", family_name="", password=remember(PASSWORD))
    assert browser.status == 422
    browser.press("register", password=PASSWORD, **PARTS)

    assert browser.at == "/account/"
    assert claims(db) == CLAIMS
