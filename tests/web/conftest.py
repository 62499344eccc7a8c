"""A person, her browser, and an application she may go on to."""

from __future__ import annotations

import pytest

from tests import factories
from tests.administrators import visitor
from tests.factories import PASSWORD
from tests.relying_party import CALLBACK, RelyingParty
from tests.transports import FlaskTransport


@pytest.fixture
def browser(app):
    """Return the browser of somebody who is not signed in."""
    return visitor(app)


@pytest.fixture
def jane(db):
    """Make Jane; return her row."""
    assert db.engine, "a context of the application is open"
    return factories.user("jane@people.example", name="Jane Doe")


@pytest.fixture
def register(db, app, settings):
    """Return a function that registers a client and gives the relying party that plays it."""
    assert db.engine, "a context of the application is open"

    def made(kind="web", **members):
        members.setdefault("redirect_uris", [CALLBACK])
        found = factories.client(kind, **{"client_name": "Photo Box", **members})
        return RelyingParty(
            FlaskTransport(app),
            settings.issuer,
            client_id=found.client_id,
            client_secret=found.secret,
            redirect_uri=members["redirect_uris"][0],
        )

    return made


@pytest.fixture
def rp(register):
    """Return a web application."""
    return register()


@pytest.fixture
def signed_in(browser, jane):
    """Return Jane's browser after she has signed in."""
    browser.sign_in(jane.email, PASSWORD)
    assert browser.at == "/account/"
    return browser
