"""Another tab signs somebody else in: nothing goes on in their name without their asking."""

from __future__ import annotations

import pytest

from tests import factories
from tests.factories import PASSWORD


@pytest.fixture
def john(db):
    """Make John; return his row."""
    assert db.engine, "a context of the application is open"
    return factories.user("john@people.example", name="John Doe")


def consent_before(rp, browser, person):
    """Let a person allow the application, so that it needs no page any more, and leave."""
    browser.open("/login/sign-in").sign_in(person.email, PASSWORD)
    rp.authorize(browser)
    browser.allow()
    rp.callback(browser)
    browser.sign_out()


def name_from(rp, code):
    """Return whose name the application reads with a code."""
    tokens = rp.redeem(code).json
    return rp.userinfo(tokens["access_token"]).json["name"]


def test_cancel_never_ends_in_a_sign_in_of_another_person(rp, browser, jane, john):
    """security.md AZ08: Jane's Cancel must not hand John's account over."""
    consent_before(rp, browser, john)
    browser.open("/login/sign-in").sign_in(jane.email, PASSWORD)
    rp.authorize(browser)
    filled = browser.fill("cancel")
    browser.open("/login/sign-in?another=yes").sign_in(john.email, PASSWORD)

    browser.post(filled.url, dict(filled.fields))

    assert rp.callback(browser).error == "access_denied"


def test_cancel_counts_also_when_another_tab_has_allowed(rp, signed_in):
    """The same person, the same session: Cancel was pressed, so nobody is signed in."""
    rp.authorize(signed_in)
    filled = signed_in.fill("cancel")
    rp.authorize(signed_in)
    signed_in.allow()
    rp.callback(signed_in)

    signed_in.post(filled.url, dict(filled.fields))

    assert "error=access_denied" in signed_in.left_for


def test_cancel_of_a_request_that_is_done_says_so(register, signed_in, john):
    """ux.md 2.13: and leads back to the application."""
    rp = register(client_uri="https://rp.example/start")
    rp.authorize(signed_in)
    filled = signed_in.fill("cancel")
    signed_in.post(filled.url, dict(filled.fields))
    signed_in.open("/login/sign-in?another=yes").sign_in(john.email, PASSWORD)

    signed_in.post(filled.url, dict(filled.fields))

    assert signed_in.sees("Already done")
    assert signed_in.element("home").get("href") == "https://rp.example/start"


def test_sign_in_for_a_request_does_not_go_on_as_another_person(rp, browser, jane, john):
    """security.md AZ08: Jane signed in for it, John signed in beside it."""
    consent_before(rp, browser, john)
    rp.authorize(browser)
    handle = browser.shown.url.partition("interaction=")[2]
    browser.sign_in(jane.email, PASSWORD)
    assert browser.at == "/login/consent"
    browser.open("/login/sign-in?another=yes").sign_in(john.email, PASSWORD)

    browser.open(f"/authorize/resume/{handle}")

    assert browser.at == "/login/select-account"
    assert browser.sees(john.email)


def test_whoever_is_there_now_goes_on_after_choosing(rp, browser, jane, john):
    consent_before(rp, browser, john)
    browser.open("/login/sign-in").sign_in(jane.email, PASSWORD)
    rp.authorize(browser)
    consent_page = browser.shown.url
    browser.open("/login/sign-in?another=yes").sign_in(john.email, PASSWORD)
    browser.open(consent_page)
    assert browser.at == "/login/select-account"

    filled = browser.fill("another")
    browser.post(filled.url, {**dict(filled.fields), "account": "current"})

    assert name_from(rp, rp.callback(browser).code) == "John Doe"


def test_person_whose_page_it_was_may_sign_in_again_beside_it(rp, signed_in, jane):
    """Their session goes on, and so does the request."""
    rp.authorize(signed_in)
    consent_page = signed_in.shown.url
    signed_in.open("/login/sign-in?another=yes").sign_in(jane.email, PASSWORD)

    signed_in.open(consent_page).allow()

    assert name_from(rp, rp.callback(signed_in).code) == "Jane Doe"
