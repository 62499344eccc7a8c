"""Actors for the journeys: browsers and relying parties, inside the process and over sockets."""

from contextlib import ExitStack

import pytest

from tests import factories
from tests.browser import Browser
from tests.factories import PASSWORD
from tests.journeys import visitor
from tests.relying_party import CALLBACK, RelyingParty
from tests.servers import live_server
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
def jane_doe(db):
    """Make the same person with the password that visitors with a real browser type."""
    assert db.engine, "a context of the application is open"
    return factories.user("jane@people.example", name="Jane Doe", password=visitor.PASSWORD)


@pytest.fixture
def serve(stage, db):
    """Return a function that starts a server with some settings changed; it runs to the end."""
    assert db.engine, "a context of the application is open"
    with ExitStack() as stack:

        def started(**changes):
            wanted = stage.settings.model_copy(update={"run_jobs": False, **changes})
            return stack.enter_context(live_server(wanted))

        yield started


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
