"""Email domains of another provider: who types such an address signs in there (ux.md 2.1)."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from app.models import Session
from app.services.people import upstreams
from tests.administrators import visitor
from tests.factories import PASSWORD
from tests.secrets_seen import remember

EMAIL = "jane@people.example"


@pytest.fixture
def provider(add, other):
    """Set the provider up with a domain of its own."""
    return add(other, domains=("people.example", "bücher.example".encode("idna").decode()))


@pytest.fixture
def door(provider, browser):
    """Return a browser that shows the sign-in page."""
    assert provider.slug == "example"
    return browser.open("/login/sign-in")


def asked(browser):
    """Return what the provider is asked."""
    return {name: values[0] for name, values in parse_qs(urlsplit(browser.left_for).query).items()}


def test_mapped_domain_switches_identifier_first_on(door):
    assert door.has("username")
    assert not door.has("password")


def test_provider_that_is_off_switches_nothing_on(provider, browser, db):
    upstreams.turn_off(provider, by=None)
    db.session.commit()

    assert browser.open("/login/sign-in").has("password")


def test_deleted_provider_leaves_no_domain(provider, browser, db):
    upstreams.delete(provider, by=None)
    db.session.commit()

    assert browser.open("/login/sign-in").has("password")


@pytest.mark.parametrize(
    "typed",
    ["jane@people.example", "JANE@People.Example", "nobody@people.example", "x@bücher.example"],
)
def test_address_of_the_domain_leads_to_the_provider(door, typed, jane):
    """Whether or not there is an account, and however it is written (CVE-2025-24806)."""
    door.press("next", username=typed)

    assert door.sees("Continue with Example")
    assert not door.has("password")
    door.press("upstream-example")
    assert asked(door)["login_hint"] == typed


@pytest.mark.parametrize(
    "typed", ["jane@sub.people.example", "jane@notpeople.example", "people.example", "@", "jane"]
)
def test_any_other_address_asks_for_the_password(door, typed):
    """A subdomain belongs to whom it belongs."""
    assert door.press("next", username=typed).has("password")


def test_who_is_linked_comes_back_signed_in(door, linked, jane, other, db):
    linked(jane)
    door.press("next", username=EMAIL).press("upstream-example")

    door.open(other.authorize(door.left_for))

    assert door.at == "/account/"
    assert db.session.scalars(select(Session)).one().user_id == jane.id


def test_request_of_an_app_goes_on_afterwards(provider, rp, browser, linked, jane, other):
    linked(jane)
    rp.authorize(browser).press("next", username=EMAIL).press("upstream-example")

    browser.open(other.authorize(browser.left_for)).allow()

    assert rp.redeem(rp.callback(browser).code).status == 200


def test_login_hint_of_the_app_leads_there_too(provider, rp, browser):
    assert provider.slug == "example"
    rp.authorize(browser, login_hint=EMAIL)
    assert browser.sees("Continue with Example")

    browser.press("upstream-example")

    assert asked(browser)["login_hint"] == EMAIL


def test_password_is_still_a_way_in(door, jane):
    """The only administrator may have an address of the domain, and the provider be away."""
    door.press("next", username=EMAIL).follow("Sign in with a password instead")

    assert door.press("sign-in", password=remember("no, not this")).has("password")
    assert door.press("sign-in", password=remember(PASSWORD)).at == "/account/"


def test_address_of_another_domain_is_told_to_nobody(door):
    """The button on the first page, and a form that somebody has changed."""
    filled = door.fill("upstream-example")
    door.post(filled.url, {**dict(filled.fields), "login_hint": "kim@elsewhere.example"})

    assert "login_hint" not in asked(door)


def test_tick_to_stay_signed_in_works_without_script(make_app, remote, linked, jane, other, db):
    """The box stands in the form that leads away."""
    row = linked(jane)
    assert row.provider_id, "the provider is set up"
    app = make_app(keep_signed_in=True, **remote.settings)
    browser = visitor(app).open("/login/sign-in").press("next", username=EMAIL)

    browser.press("upstream-example", keep=["y"])
    browser.open(other.authorize(browser.left_for))

    assert db.session.scalars(select(Session)).one().is_kept
