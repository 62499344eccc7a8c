"""Browsers of strangers, and of people who are signed in already without a walk to that page."""

from __future__ import annotations

from flask import Flask

from app.models import User
from tests import factories
from tests.browser import Browser, Cookie
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
