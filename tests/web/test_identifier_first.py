"""Identifier first: the address on one page, the password on the next (ux.md 2.1)."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select

from app.models import Session
from tests import factories
from tests.administrators import visitor
from tests.factories import PASSWORD
from tests.passkey_pages import use
from tests.secrets_seen import remember
from tests.transports import FlaskTransport

WRONG = "That email and password don't match. Check both."
MISSING = "Enter your email address."


@pytest.fixture
def asking(make_app):
    """Return a provider that asks for the address first."""
    return make_app(sign_in="identifier-first")


@pytest.fixture
def door(asking):
    """Return a browser that shows the sign-in page."""
    return visitor(asking).open("/login/sign-in")


def sessions_of(db, person):
    wanted = select(func.count()).select_from(Session).where(Session.user_id == person.id)
    return db.session.scalar(wanted)


def test_one_page_asks_for_both_by_default(browser):
    browser.open("/login/sign-in")

    assert browser.has("username")
    assert browser.has("password")
    assert browser.has("sign-in")


def test_first_page_asks_for_the_address_alone(door):
    assert door.has("username")
    assert not door.has("password")
    assert not door.has("sign-in")
    asked = door.element("username")
    assert asked.get("autocomplete") == "username webauthn", "passkeys through autofill"
    assert asked.get("autocapitalize") == "none"


def test_second_page_shows_the_address_and_asks_for_the_password(door, jane):
    """ux.md 2.1: a chip, and a hidden field of which password managers know."""
    door.press("next", username=jane.email)

    assert door.at == "/login/sign-in"
    assert door.sees("Enter your password")
    field = door.element("username")
    assert (field.get("value"), field.get("autocomplete")) == (jane.email, "username")
    assert field.has("readonly")
    assert "current-password" in door.element("password").get("autocomplete")


def test_password_signs_in(door, jane, db):
    door.press("next", username=jane.email).press("sign-in", password=remember(PASSWORD))

    assert door.at == "/account/"
    assert sessions_of(db, jane) == 1


def test_empty_address_is_asked_for_again(door):
    door.press("next", username="")

    assert door.status == 422
    assert door.sees(MISSING)
    assert not door.has("password")


def test_wrong_password_keeps_the_address(door, jane):
    """ux.md 2.1: never clear the identifier."""
    door.press("next", username=jane.email).press("sign-in", password=remember("not it at all"))

    assert door.status == 422
    assert door.sees(WRONG)
    assert door.element("username").get("value") == jane.email
    assert door.press("sign-in", password=PASSWORD).at == "/account/"


def test_no_account_looks_like_any_other(door):
    """security.md LG01: nobody learns from the second page whether there is an account."""
    door.press("next", username="nobody@people.example")

    assert door.sees("Enter your password")
    assert door.press("sign-in", password=remember("whatever it may be")).sees(WRONG)


def test_name_and_picture_of_an_account_are_not_shown(door, db):
    assert db.engine, "a context of the application is open"
    factories.user("kim@people.example", name="Kim Remarkable")

    assert not door.press("next", username="kim@people.example").sees("Remarkable")


def test_first_page_asks_the_database_for_no_account(door, jane, statements):
    """security.md LG01: there is nothing whose time could tell."""
    with statements() as seen:
        door.press("next", username=jane.email)
    assert "user_email" not in str(seen)


def test_both_at_once_sign_in_all_the_same(door, jane):
    """A password manager, or a robot, may send what the page does not ask for yet."""
    filled = door.fill("next", username=jane.email)
    door.post(filled.url, {**dict(filled.fields), "password": remember(PASSWORD)})

    assert door.at == "/account/"


def test_another_account_leads_back_to_the_first_page(door, jane):
    door.press("next", username="nobody@people.example").follow("Not you? Use another account")

    assert not door.has("password")
    assert door.element("username").get("value") == ""
    door.press("next", username=jane.email).press("sign-in", password=remember(PASSWORD))
    assert door.at == "/account/"


def test_page_can_be_loaded_again(door, jane):
    """The back button and a reload send nothing again."""
    door.press("next", username=jane.email)

    door.open(door.page.url)

    assert door.element("username").get("value") == jane.email
    assert door.has("password")


def test_language_keeps_what_was_typed(door, jane):
    """ux.md 2.0.8: also between the pages."""
    door.press("next", username=jane.email).follow("Deutsch")

    assert door.element("username").get("value") == jane.email
    assert door.has("password")


def test_request_of_the_app_is_kept(asking, rp, browser, jane):
    rp.transport = browser.transport = FlaskTransport(asking)
    rp.authorize(browser).press("next", username=jane.email)
    browser.press("sign-in", password=remember(PASSWORD)).press("allow")

    assert rp.redeem(rp.callback(browser).code).status == 200


def test_login_hint_skips_the_first_page(asking, rp, browser, jane):
    """OIDC Core §3.1.2.1."""
    rp.transport = browser.transport = FlaskTransport(asking)
    rp.authorize(browser, login_hint=jane.email)

    assert browser.element("username").get("value") == jane.email
    assert browser.press("sign-in", password=remember(PASSWORD)).has("allow")


def test_login_hint_can_be_left(asking, rp, browser, jane):
    rp.transport = browser.transport = FlaskTransport(asking)
    rp.authorize(browser, login_hint="nobody@people.example")
    browser.follow("Not you? Use another account").press("next", username=jane.email)

    assert browser.press("sign-in", password=remember(PASSWORD)).has("allow")


def test_who_is_asked_again_types_no_address(door, jane):
    door.press("next", username=jane.email).press("sign-in", password=remember(PASSWORD))

    door.open("/login/sign-in?again=yes&username=nobody@people.example")

    assert door.sees("Confirm it's you")
    assert door.element("username").get("value") == jane.email
    assert door.press("sign-in", password=PASSWORD).at == "/account/"


def test_remembered_account_skips_the_first_page(door, jane, clock):
    """Who has been here before is chosen, not typed."""
    door.press("next", username=jane.email).press("sign-in", password=remember(PASSWORD))
    clock.move(days=8)

    door.open("/login/select-account").press("account-1")

    assert door.element("username").get("value") == jane.email
    assert door.press("sign-in", password=PASSWORD).at == "/account/"


@pytest.mark.parametrize("page", ["first", "second"])
def test_passkey_works_on_either_page(door, jane, page):
    device = factories.passkey(jane)
    door.open("/login/sign-in")
    if page == "second":
        door.press("next", username=jane.email)

    assert use(door, device).at == "/account/"


def test_stale_form_comes_back_with_the_address(door, jane):
    """ux.md 2.0.8: a form that is too old loses nothing but the password."""
    filled = door.press("next", username=jane.email).fill("sign-in", password=remember(PASSWORD))
    fields = {**dict(filled.fields), "csrf_token": "old"}
    door.post(filled.url, fields)

    assert door.element("username").get("value") == jane.email
    assert door.press("sign-in", password=PASSWORD).at == "/account/"


@pytest.mark.parametrize("typed", ["x" * 321, "a\0b", "<script>", "\u202emoc.elpmaxe@enaj"])
def test_hostile_address_breaks_no_page(door, typed):
    door.press("next", username=typed)
    assert door.status in {200, 422}

    door.open(f"/login/sign-in?{urlencode({'username': typed})}")

    assert door.status == 200
    assert "<script>" not in door.answer.text


def test_tick_to_stay_signed_in_is_on_the_second_page(make_app, jane, db):
    app = make_app(sign_in="identifier-first", keep_signed_in=True)
    door = visitor(app).open("/login/sign-in")
    assert not door.has("keep")
    door.press("next", username=jane.email)

    door.press("sign-in", password=remember(PASSWORD), keep=["y"])

    assert db.session.scalars(select(Session)).one().is_kept
