"""A new account that comes from another provider has the names the settings want (ux.md 2.2)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.models import User
from app.services.people import upstreams
from app.services.people.upstream_wishes import Wanted

PARTS = {"given_name": "Jane Q", "family_name": "Doe"}


@pytest.fixture
def app(make_app, remote):
    """Return an application whose new accounts need a first and a last name."""
    return make_app(sign_up_names="required", **remote.settings)


@pytest.fixture
def trusted(provider, other, db):
    """Believe the provider what it says about addresses: an account needs no code."""
    wanted = Wanted(name="Example", issuer=other.issuer, client_id=provider.client_id)
    upstreams.change(provider, replace(wanted, may_sign_up=True, trusts_email=True), by=None)
    db.session.commit()


@pytest.mark.usefixtures("trusted")
def test_account_with_a_proved_address_is_made_with_both_names(browser, come, db):
    come(browser)
    assert not browser.has("name")

    browser.press("register", given_name="Jane", family_name="")
    assert browser.status == 422
    assert browser.sees("Enter your last name.")
    browser.press("register", **PARTS)

    assert browser.at == "/account/"
    person = db.session.scalars(select(User)).one()
    assert (person.name, person.given_name, person.family_name) == ("Jane Q Doe", "Jane Q", "Doe")


def test_account_that_proves_its_address_with_a_code_has_them_too(browser, come, db, letters):
    come(browser)

    browser.press("register", email="jane@people.example", **PARTS)
    browser.confirm(letters.code("jane@people.example"))

    assert browser.at == "/account/"
    person = db.session.scalars(select(User)).one()
    assert (person.name, person.given_name, person.family_name) == ("Jane Q Doe", "Jane Q", "Doe")
