"""Choose an account: always asked, never guessed."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.models import Interaction
from tests import factories
from tests.factories import PASSWORD


@pytest.fixture
def chooser(rp, signed_in):
    """Return the browser at the account chooser."""
    rp.authorize(signed_in, prompt="select_account")
    assert signed_in.at == "/login/select-account"
    return signed_in


def press(browser, value):
    """Press one of the buttons, which have no ids of their own but the last."""
    filled = browser.fill("another")
    return browser.post(filled.url, {**dict(filled.fields), "account": value})


def test_chooser_shows_the_account_in_use(chooser, jane):
    assert chooser.sees("Choose an account")
    assert chooser.sees("to continue to Photo Box")
    assert chooser.sees(jane.email)
    assert chooser.sees("Signed in")


def test_account_in_use_goes_on_without_a_password(chooser):
    press(chooser, "current")

    assert chooser.at == "/login/consent"


def test_another_account_signs_in_and_goes_on(chooser):
    other = factories.user("john@people.example")

    chooser.press("another")
    assert chooser.at == "/login/sign-in"
    assert chooser.element("username").get("value") == ""
    chooser.press("sign-in", username=other.email, password=PASSWORD)

    assert chooser.at == "/login/consent"
    assert chooser.sees(other.email)


def test_who_changes_their_mind_goes_on_from_the_sign_in_page(chooser):
    """A person who is signed in already need not choose twice."""
    chooser.press("another").press("continue")

    assert chooser.at == "/login/consent"


def test_opening_the_sign_in_page_chooses_nothing(rp, chooser, db):
    """security.md SE07: a safe method writes nothing; a picture on another site cannot press."""
    chooser.press("another")
    address = chooser.shown.url

    chooser.open(f"{address}&on=yes")

    assert chooser.at == "/login/sign-in"
    assert not any(db.session.scalars(select(Interaction.account_chosen)).all())
    assert chooser.press("continue").at == "/login/consent"


def test_nobody_signed_in_means_straight_to_sign_in(rp, browser, jane):
    rp.authorize(browser, prompt="select_account")

    assert browser.at == "/login/sign-in"


def test_choice_does_not_stand_for_a_fresh_sign_in(rp, signed_in):
    rp.authorize(signed_in, prompt="login select_account")
    signed_in.follow("Switch account")
    assert signed_in.sees("Sign in again")

    press(signed_in, "current")

    assert signed_in.at == "/login/sign-in"
    assert signed_in.sees("Confirm it's you")


def test_account_is_switched_without_an_app_too(signed_in):
    signed_in.open("/login/select-account")

    press(signed_in, "current")
    assert signed_in.at == "/account/"

    signed_in.open("/login/select-account").press("another")
    assert signed_in.at == "/login/sign-in"
