"""Browsers of strangers, and of people who are signed in already without a walk to that page."""

from __future__ import annotations

from flask import Flask

from app.database import db
from app.models import User
from app.security.secrets import new_token
from app.services.people import mailbox_proofs
from tests import factories
from tests.browser import Browser, Cookie
from tests.secrets_seen import remember
from tests.stages import ISSUER
from tests.transports import FlaskTransport

SESSION_COOKIE = "__Host-sealwax"


def visitor(app: Flask) -> Browser:
    """Return the browser of somebody who is not signed in."""
    return Browser(FlaskTransport(app), ISSUER)


def browser_of(app: Flask, person: User) -> Browser:
    """Return a browser in which the person has just signed in."""
    _, token = factories.session(person)
    browser = visitor(app)
    browser.jar[SESSION_COOKIE] = Cookie(token)
    return browser


def owner_of(app: Flask, person: User) -> Browser:
    """Return such a browser, in which the person has shown to read their mail, too."""
    return reads_mail(browser_of(app, person), person)


def reads_mail(browser: Browser, person: User) -> Browser:
    """Let a person have shown in a browser that the mailbox is theirs."""
    prefix = "__Host-" if browser.origin.startswith("https") else ""
    made = Cookie(remember(new_token("browser")))
    cookie = browser.jar.setdefault(f"{prefix}sealwax-browser", made)
    mailbox_proofs.note(person, cookie.value)
    db.session.commit()
    return browser
