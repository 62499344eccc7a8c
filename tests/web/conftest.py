"""A person, her browser, and an application she may go on to."""

from __future__ import annotations

import socket
import threading
from contextlib import closing

import pytest
from werkzeug.serving import make_server

from app.services.people import set_up
from tests import factories
from tests.administrators import browser_of, visitor
from tests.factories import PASSWORD
from tests.gallery.site import make_site
from tests.letters import Letters
from tests.relying_party import CALLBACK, RelyingParty
from tests.secrets_seen import remember
from tests.transports import FlaskTransport


@pytest.fixture
def browser(app):
    """Return the browser of somebody who is not signed in."""
    return visitor(app)


@pytest.fixture
def root(db):
    """Return an administrator."""
    assert db.engine, "a context of the application is open"
    return factories.admin("root@people.example", name="Root")


@pytest.fixture
def desk(app, root):
    """Return the browser of an administrator at work."""
    return browser_of(app, root)


@pytest.fixture
def letters(settings):
    """Return the mails that went out."""
    return Letters(settings)


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
def tv(register):
    """Return a television that may ask for everything."""
    scope = "openid profile email phone offline_access photos:read"
    return register("device", client_name="Big Screen", scope=scope)


@pytest.fixture
def codes(tv):
    """Return the codes that the television shows."""
    return tv.ask_for_codes(scope="openid email phone offline_access").json


@pytest.fixture
def signed_in(browser, jane):
    """Return Jane's browser after she has signed in."""
    browser.sign_in(jane.email, PASSWORD)
    assert browser.at == "/account/"
    return browser


@pytest.fixture(scope="module")
def listener():
    """Return a socket that listens, so that the issuer is known before the application is."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.fixture(scope="module")
def origin(listener):
    """Return the address of the gallery."""
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def set_up_link(db):
    """Return a set-up link as the log of a fresh server shows it."""
    made = set_up.new_link()
    db.session.commit()
    remember(made.partition("token=")[2])
    return made


@pytest.fixture(scope="module")
def site(origin):
    """Return the application with the gallery."""
    return make_site(origin)


def _in_one_piece(site):
    """Return an application that has closed its files before the first byte is sent.

    Werkzeug's server leaves a file open when the browser turned to another page meanwhile.
    """

    def answer(environ, start_response):
        with closing(site(environ, start_response)) as pieces:
            return list(pieces)

    return answer


@pytest.fixture(scope="module")
def _served(listener, origin, site):
    port = listener.getsockname()[1]
    app = _in_one_piece(site)
    server = make_server("127.0.0.1", port, app, threaded=True, fd=listener.fileno())
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield
    server.shutdown()
    thread.join()
    server.server_close()
