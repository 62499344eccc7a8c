"""Actors for the journeys: browsers and relying parties, inside the process and over sockets."""

import pytest

from tests import factories
from tests.browser import Browser
from tests.factories import PASSWORD
from tests.relying_party import CALLBACK, RelyingParty
from tests.transports import FlaskTransport


@pytest.fixture
def transport(app):
    """Return the way to the application inside this process."""
    return FlaskTransport(app)


@pytest.fixture
def new_browser(transport, settings):
    """Return a function that gives somebody a browser of their own."""
    return lambda: Browser(transport, settings.issuer)


@pytest.fixture
def browser(new_browser):
    """Return the browser of the person the story is about."""
    return new_browser()


@pytest.fixture
def jane(db):
    """Make the person the story is about; return how she signs in."""
    assert db.engine, "a context of the application is open"
    made = factories.user("jane@people.example", name="Jane Doe")
    return made.email, PASSWORD


@pytest.fixture
def register(db, transport, settings):
    """Return a function that registers a client and gives the relying party that plays it."""
    assert db.engine, "a context of the application is open"

    def made(kind="web", **members):
        if kind != "machine":
            members.setdefault("redirect_uris", [CALLBACK])
        found = factories.client(kind, **members)
        return RelyingParty(
            transport, settings.issuer, client_id=found.client_id, client_secret=found.secret
        )

    return made


@pytest.fixture
def rp(register):
    """Return a web application."""
    return register()
