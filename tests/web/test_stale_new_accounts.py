"""Forms that make an account and come too late: nothing is done, and what was typed comes back."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.models import User
from app.services.people import invitations, set_up
from tests import factories
from tests.administrators import visitor
from tests.secrets_seen import remember

pytestmark = pytest.mark.one_engine
OLD = "This page was out of date, so nothing was done. Try again."
WORDS = "four green boats sail home"
EMAIL = "ana@people.example"


@pytest.fixture
def invited(app, db):
    """Return a browser on the page of an invitation."""
    held = []
    invitations.send(
        EMAIL,
        name="Ana",
        is_admin=False,
        by=factories.admin(),
        link=lambda token: held.append(remember(token)) or "https://id.example/x",
    )
    db.session.commit()
    return visitor(app).open(f"/login/invitation?token={held[0]}")


def people(db):
    """Return how many accounts there are."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(User))


def send_late(browser, button, **typed):
    """Send a form of a page from before another tab signed somebody in."""
    filled = browser.fill(button, password=remember(WORDS), **typed)
    browser.open("/login/sign-in").sign_in(factories.user().email, factories.PASSWORD)
    return browser.post(filled.url, dict(filled.fields))


def test_set_up_comes_back_filled_in(app, db):
    """ux.md 2.13, 2.15: the password is empty, the link is good still, the next press counts."""
    link = set_up.new_link()
    db.session.commit()
    remember(link.partition("token=")[2])

    late = send_late(visitor(app).open(link), "set-up", email="ada@people.example", name="Ada")

    assert (late.status, people(db)) == (400, 1), "the one of the other tab"
    assert late.sees(OLD)
    assert late.element("email").get("value") == "ada@people.example"
    assert WORDS not in late.answer.text
    late.press("set-up", password=WORDS)
    assert late.at == "/admin/applications"


def test_set_up_form_of_another_site_does_not(app, db):
    """No other site fills in our pages."""
    set_up.new_link()
    db.session.commit()
    typed = {"csrf_token": "made-up", "email": "mallory@people.example"}

    answer = visitor(app).post("/setup", typed, from_site="https://elsewhere.example")

    assert answer.status == 400
    assert "mallory" not in answer.answer.text


def test_set_up_that_is_done_shows_no_form(app, db):
    browser = visitor(app).open(set_up.new_link())
    db.session.commit()
    browser.open("/setup")
    factories.admin()

    send_late(browser, "set-up", email="ada@people.example")

    assert not browser.has("set-up")


def test_invitation_comes_back_filled_in(invited, db):
    send_late(invited, "register", name="Ana Maria")

    assert (invited.status, people(db)) == (400, 2), "who invited, and the one of the other tab"
    assert invited.sees(OLD)
    assert invited.element("name").get("value") == "Ana Maria"
    assert invited.press("register", password=WORDS).at == "/account/"


def test_confirmed_address_in_another_browser_comes_back_filled_in(app, browser, db, letters):
    browser.sign_up(EMAIL, remember(WORDS), name="Mallory")
    elsewhere = visitor(app).open(letters.link(EMAIL))

    send_late(elsewhere, "confirm", name="Ana Maria")

    assert (elsewhere.status, people(db)) == (400, 1)
    assert elsewhere.sees(OLD)
    assert elsewhere.element("name").get("value") == "Ana Maria"
    elsewhere.press("confirm", password=WORDS)
    assert elsewhere.sees("This address is confirmed")
    assert db.session.scalar(select(User.name).where(User.email == EMAIL)) == "Ana Maria"
