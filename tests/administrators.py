"""Browsers of people who are signed in already, without a walk through the sign-in page."""

from __future__ import annotations

from flask import Flask

from app.models import User
from tests import factories
from tests.browser import Browser, Cookie
from tests.stages import ISSUER
from tests.transports import FlaskTransport

SESSION_COOKIE = "__Host-sealwax"


def browser_of(app: Flask, person: User) -> Browser:
    """Return a browser in which the person has just signed in."""
    _, token = factories.session(person)
    browser = Browser(FlaskTransport(app), ISSUER)
    browser.jar[SESSION_COOKIE] = Cookie(token)
    return browser
