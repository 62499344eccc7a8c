"""The mailbox of a developer's machine: there alone, and only to be looked at."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from app.jobs import email
from app.services.upkeep import mail
from tests.administrators import visitor
from tests.browser import Browser
from tests.transports import FlaskTransport

LOCAL = "http://localhost:8000"


@pytest.fixture
def local(make_app, db):
    """Return an application on somebody's own machine."""
    return make_app(issuer=LOCAL)


@pytest.fixture
def browser(local):
    """Return a browser on that machine."""
    return Browser(FlaskTransport(local), LOCAL)


def test_mailbox_shows_the_mails_and_what_they_say(local, browser):
    with local.test_request_context():
        mail.enqueue("already_registered", to="jane@people.example", sign_in_url="SIGN IN HERE")
        email.commit()
        email.deliver_at_once()

    browser.open("/dev/mail")
    assert browser.sees("jane@people.example")
    browser.follow("You already have an account")

    assert browser.at.startswith("/dev/mail/")
    assert browser.sees("SIGN IN HERE")


def test_person_who_develops_finds_the_code_by_the_link(browser):
    browser.open("/login/sign-up").press(
        "register", email="new@people.example", password="four green boats sail home"
    )
    assert browser.at == "/login/check-email"

    browser.follow("mailbox")

    assert browser.sees("is your code for Sealwax")


def test_links_of_a_mail_are_links(local, browser):
    address = f"{LOCAL}/login/sign-in?next=/a&b=<c>"
    with local.test_request_context():
        mail.enqueue("already_registered", to="jane@people.example", sign_in_url=address)
        email.commit()
        email.deliver_at_once()
    browser.open("/dev/mail").follow("You already have an account")

    letter = browser.shown.root.find_all("pre")[0]
    links = [link.get("href") for link in letter.find_all("a")]

    assert f"{LOCAL}/login/sign-in?next=/a&b=" in links
    assert "<c>" in letter.text, "what is no address is text"


def test_html_part_is_shown_shut_in(local, browser):
    """Nothing in it runs; only its links lead anywhere, in the whole window."""
    with local.test_request_context():
        mail.enqueue("already_registered", to="jane@people.example", sign_in_url=f"{LOCAL}/login")
        email.commit()
        email.deliver_at_once()
    browser.open("/dev/mail").follow("You already have an account")
    frame = browser.shown.root.find_all("iframe")[0]
    assert frame.get("sandbox") == "allow-top-navigation-by-user-activation"
    assert "frame-src 'self'" in browser.answer.headers["content-security-policy"]

    answer = browser.transport.send("GET", f"{LOCAL}{frame.get('src')}")

    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-top-navigation-by-user-activation" in policy
    assert "script-src" not in policy
    assert answer.headers.get("x-frame-options") is None
    assert '<base target="_top">' in answer.text


def test_empty_mailbox_is_a_page_too(browser):
    browser.open("/dev/mail")

    assert browser.sees("No mail yet")


@pytest.mark.parametrize("name", ["..%2f..%2fetc%2fpasswd", ".x", "x.eml", "%00"])
def test_only_mails_can_be_read(browser, name):
    answer = browser.transport.send("GET", f"{LOCAL}/dev/mail/{name}")

    assert answer.status in {400, 404}


def test_nobody_else_has_a_mailbox(app, make_app, db):
    served = make_app(issuer=LOCAL, mail_url=SecretStr("smtp://mail.example:587"))

    assert visitor(app).open("/dev/mail").status == 404
    assert Browser(FlaskTransport(served), LOCAL).open("/dev/mail").status == 404
