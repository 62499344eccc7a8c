"""Several addresses of one person: which one applications see, and what each opens."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.models import Session, UserEmail
from app.services.upkeep import throttles
from tests import factories
from tests.address_pages import NEW, NEW_PASSWORD, press_beside, promote, promoted
from tests.administrators import visitor
from tests.factories import PASSWORD


def claims(rp, browser, login):
    """Sign in at an application with an address; return its claims."""
    rp.authorize(browser, prompt="login")
    browser.sign_in(login, PASSWORD)
    if browser.page and browser.has("allow"):
        browser.allow()
    return rp.userinfo(rp.redeem(rp.callback(browser).code).json["access_token"]).json


def test_claims_follow_the_primary_address(app, rp, signed_in, jane, letters):
    """OIDC Core §5.1: email and email_verified are those of the primary one."""
    old = jane.email
    promoted(signed_in, letters)
    assert signed_in.sees("The primary address is changed.")

    told = claims(rp, visitor(app), old)

    assert (told["email"], told["email_verified"]) == (NEW, True)


def test_both_addresses_are_told_of_the_change(signed_in, jane, letters):
    """security.md RV07: notice to both, the way back to the old one alone."""
    old = jane.email
    promoted(signed_in, letters)

    assert "revert-email" in letters.link(old)
    assert "primary address" in letters.text(NEW)
    assert "revert-email" not in letters.text(NEW)


def test_any_confirmed_address_gets_a_link_for_a_new_password(app, jane, letters):
    factories.address(jane, NEW)
    browser = visitor(app)
    browser.open("/login/forgot").press("send", email=NEW.upper())

    browser.open(letters.link(NEW)).press("save", password=NEW_PASSWORD)

    assert browser.sign_in(NEW, NEW_PASSWORD).at == "/account/"


def test_wrong_passwords_are_counted_once_for_all_addresses(app, jane, clock):
    """security.md LG02."""
    factories.address(jane, NEW)
    browser = visitor(app)
    for number in range(throttles.ACCOUNT.free):
        browser.open("/login/sign-in").sign_in((jane.email, NEW)[number % 2], "wrong one")
        assert browser.status == 422

    assert browser.sign_in(jane.email, "wrong one").status == 429
    assert browser.open("/login/sign-in").sign_in(NEW, "wrong one").status == 429


def test_change_of_the_address_kills_links_for_a_new_password(app, signed_in, jane, letters):
    """security.md RV02: they are bound to the address they went to."""
    old = jane.email
    factories.address(jane, NEW)
    visitor(app).open("/login/forgot").press("send", email=old)
    link = letters.link(old)

    promote(signed_in, NEW)

    assert visitor(app).open(link).status == 410


def test_removed_address_leads_nowhere_any_more(app, signed_in, jane, letters, db):
    factories.address(jane, NEW)
    visitor(app).open("/login/forgot").press("send", email=NEW)
    link = letters.link(NEW)

    press_beside(signed_in, NEW, "remove")

    assert signed_in.sees("The address is removed.")
    assert visitor(app).open(link).status == 410
    assert visitor(app).sign_in(NEW, PASSWORD).status == 422
    assert db.session.get(UserEmail, NEW) is None


def test_primary_address_is_not_removed(signed_in, jane, db):
    factories.address(jane, NEW)
    signed_in.open("/account/emails")
    filled = signed_in.fill("remove-2")
    fields = {**dict(filled.fields), "address": jane.email}

    signed_in.post(filled.url, fields)

    assert signed_in.status == 403
    assert signed_in.sees("This is your primary address.")
    assert db.session.get(UserEmail, jane.email) is not None


@pytest.mark.parametrize("act", ["remove", "primary"])
def test_address_of_somebody_else_is_not_touched(signed_in, jane, db, act):
    """security.md AD02: no act on what is another's."""
    other = factories.user("kim@people.example")
    factories.address(jane, NEW)
    filled = signed_in.open("/account/emails").fill(f"{act}-2")

    signed_in.post(filled.url, {**dict(filled.fields), "address": other.email})

    assert signed_in.status == 404
    assert db.session.get(UserEmail, other.email).user_id == other.id
    assert db.session.scalar(select(func.count()).select_from(Session)) == 1


def test_export_lists_the_addresses(signed_in, jane):
    """security.md RV13."""
    factories.address(jane, NEW)

    kept = signed_in.open("/account/data").press("download").answer.json

    assert [(one["email"], one["is_primary"]) for one in kept["addresses"]] == [
        (jane.email, True),
        (NEW, False),
    ]
