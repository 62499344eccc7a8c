"""Forms of a page from before another tab signed in or out: nothing is done, nothing is lost."""

from __future__ import annotations

import pytest
from itsdangerous import TimestampSigner
from sqlalchemy import func, select

from app.models import SignUp, UnsentForm, User
from tests import factories
from tests.administrators import browser_of, visitor
from tests.factories import PASSWORD

pytestmark = pytest.mark.one_engine
WORDS = "Jane of the Seven Seas"
OLD = "This page was out of date, so nothing was done. Try again."


@pytest.fixture
def typed(signed_in):
    """Return the profile of Jane's browser, filled in and not yet sent."""
    return signed_in.open("/account/profile").fill("save", name=WORDS)


def again(browser, email):
    """Sign out and in again in another tab, so that the forms of the first one are old."""
    return browser.sign_out().sign_in(email, PASSWORD)


def send(browser, filled):
    return browser.post(filled.url, dict(filled.fields))


def test_form_comes_back_filled_in_after_a_new_sign_in(signed_in, jane, typed, db):
    """ux.md 1.5, 2.13; security.md SE07: the press of the button that counts comes after it."""
    again(signed_in, jane.email)

    send(signed_in, typed)

    assert signed_in.at == "/account/profile"
    assert signed_in.sees("What you typed is back. It is not saved yet")
    assert signed_in.element("name").get("value") == WORDS
    assert db.session.scalars(select(User.name)).one() == "Jane Doe"
    assert signed_in.press("save").sees("Your details are saved.")


def test_page_that_says_what_is_wrong_gives_it_back_too(signed_in, jane):
    """Its form was not right at first; the page is the answer to a POST."""
    signed_in.open("/account/profile").press("save", name=WORDS, website="no address")
    assert signed_in.status == 422
    typed = signed_in.fill("save", website="https://jane.example")
    again(signed_in, jane.email)

    assert send(signed_in, typed).element("website").get("value") == "https://jane.example"


def test_form_waits_for_its_person_after_a_sign_out(signed_in, jane, typed):
    signed_in.sign_out()

    send(signed_in, typed)
    assert signed_in.sees("What you typed is kept.")
    signed_in.sign_in(jane.email, PASSWORD)

    assert signed_in.at == "/account/profile"
    assert signed_in.element("name").get("value") == WORDS


def test_nobody_else_in_the_browser_sees_it(signed_in, jane, typed, db):
    """It is kept for its person, and the page says how to become that one again."""
    other = factories.user("omar@people.example", name="Omar Haddad")
    signed_in.sign_out().sign_in(other.email, PASSWORD)

    send(signed_in, typed)

    assert signed_in.status == 400
    assert signed_in.sees("This page belongs to another account.")
    assert WORDS not in signed_in.answer.text
    assert db.session.scalars(select(User.name).order_by(User.id)).all()[0] == "Jane Doe"
    assert signed_in.open("/account/profile?unsent=yes").element("name").get("value") == other.name
    send(signed_in, typed).follow("Switch account").press("another")
    assert signed_in.sign_in(jane.email, PASSWORD).element("name").get("value") == WORDS


def test_button_without_words_says_that_nothing_was_done(app, signed_in, jane, db):
    there = browser_of(app, jane)
    filled = signed_in.open("/account/security").fill("sign-out-others")
    again(signed_in, jane.email)

    send(signed_in, filled)

    assert signed_in.at == "/account/security"
    assert signed_in.sees(OLD)
    assert there.open("/account/").at == "/account/"


@pytest.mark.parametrize("token", ["", "~", "x~y", "é~é", "{value}~{mark}"])
def test_mark_of_another_browser_lays_nothing_ready(app, signed_in, jane, typed, token, db):
    """security.md SE07: a thief's own page, pressed in the browser of somebody else."""
    thief = browser_of(app, jane).open("/account/profile")
    value, _, mark = dict(thief.fill("save").fields)["csrf_token"].partition("~")
    again(signed_in, jane.email)
    fields = {**dict(typed.fields), "csrf_token": token.format(value=value, mark=mark)}

    signed_in.post(typed.url, fields)

    assert signed_in.status == 400
    assert signed_in.sees("This page was open too long.")
    assert db.session.scalar(select(func.count()).select_from(UnsentForm)) == 0


@pytest.fixture
def left(app, signed_in):
    """Return Jane's browser, and a function that signs her out after a form was filled in."""
    assert app

    def made(path, button, **values):
        filled = signed_in.open(path).fill(button, **values)
        signed_in.sign_out()
        return send(signed_in, filled)

    return made


def test_pages_before_the_sign_in_come_back_with_what_was_typed(left, db):
    """ux.md 2.0, 8: but for secrets."""
    path = "/login/sign-in?another=yes"
    page = left(path, "sign-in", username="omar@people.example", password=PASSWORD)

    assert page.status == 400
    assert page.sees(OLD)
    assert page.element("username").get("value") == "omar@people.example"
    assert not page.element("password").get("value")
    assert page.press("sign-in", password=PASSWORD).status == 422


def test_sign_up_comes_back(left, db):
    page = left("/login/sign-up", "register", email="new@people.example", name="New", password="x")

    assert page.element("email").get("value") == "new@people.example"
    assert page.element("name").get("value") == "New"
    assert page.sees(OLD)
    assert db.session.scalars(select(SignUp)).all() == []


def test_forgotten_password_comes_back(left, letters):
    page = left("/login/forgot", "send", email="jane@people.example")

    assert page.sees(OLD)
    assert letters.all() == []
    assert page.press("send").sees("A link is on its way")


def test_code_is_asked_for_again(app, jane, clock):
    """A page of the way in that has nothing to keep: it says that nothing was done."""
    assert clock.time, "the clock stands still"
    phone = factories.phone(jane)[0]
    browser = browser_of(app, factories.user()).open("/login/sign-in?another=yes")
    filled = browser.sign_in(jane.email, PASSWORD).fill("continue", code=phone.code)
    browser.open("/account/").sign_out()

    send(browser, filled)

    assert browser.at == "/login/second-step"
    assert browser.sees(OLD)


def test_other_site_fills_in_no_page_of_ours(app, jane):
    """Login CSRF: nobody is to type a password beside the address of a thief."""
    browser = visitor(app).open("/login/sign-in")

    sent = {"username": "thief@people.example", "csrf_token": "x"}
    browser.post("/login/sign-in", sent, from_site="https://evil.example")

    assert browser.status == 400
    assert "thief@" not in browser.answer.text


def test_form_shown_again_sends_what_was_good_once(browser, jane, monkeypatch):
    """The CSRF value is good for as long as the session: no other one is signed for the page."""
    browser.open("/login/sign-in")
    sent = browser.csrf_token
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _self: 1)  # another one differs

    browser.sign_in(jane.email, "not the right password")

    assert browser.status == 422
    assert browser.csrf_token == sent
    assert browser.sign_in(jane.email, PASSWORD).at == "/account/"


def test_form_shown_after_a_forged_value_sends_another(browser, jane):
    """What was no good must not stand in the page that says so (CSRF)."""
    filled = browser.open("/login/sign-in").fill("sign-in", username=jane.email, password=PASSWORD)
    forged = {**dict(filled.fields), "csrf_token": "forged"}

    browser.post(filled.url, forged)

    assert browser.status == 400
    assert browser.csrf_token != "forged"
    assert browser.sign_in(jane.email, PASSWORD).at == "/account/"
