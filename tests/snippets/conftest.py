"""An administrator at the live server, who registers applications in the form."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from tests import factories
from tests.browser import Browser
from tests.factories import PASSWORD
from tests.secrets_seen import remember
from tests.snippets import registries
from tests.transports import HttpxTransport

JANE = "jane@people.example"


@dataclass(frozen=True)
class Given:
    """What the page gave for an application."""

    desk: Browser
    client_id: str

    def text(self, name):
        """Return a snippet, as it stands on the page of the registration."""
        return "".join(self.desk.element(f"snippet-{name}").pieces())

    def progress(self):
        """Return how far the first sign-in is, as the script of the page asks for it."""
        self.desk.open(f"/admin/applications/{self.client_id}/first-sign-in")
        return json.loads(self.desk.answer.text)


@pytest.fixture
def transport():
    """Return the way to the live server."""
    opened = HttpxTransport()
    yield opened
    opened.close()


@pytest.fixture
def register(live, db, transport):
    """Return a function that registers an application as administrators do."""
    assert db.engine, "a context of the application is open"
    admin = factories.admin("ada@people.example")
    desk = Browser(transport, live.url).sign_in(admin.email, PASSWORD)

    def made(callback="", kind="web"):
        desk.open("/admin/applications/new")
        desk.press("register", name="Photo Box", kind=kind, redirect_uris=callback)
        if desk.has("client-secret"):
            remember(desk.element("client-secret").text)
        return Given(desk, desk.element("client-id").text)

    return made


@pytest.fixture
def browser(live, db, transport):
    """Return the browser of Jane, who has an account and is not signed in."""
    assert db.engine, "a context of the application is open"
    factories.user(JANE, name="Jane Doe")
    return Browser(transport, live.url)


@pytest.fixture(scope="session")
def modules(tmp_path_factory):
    """Return a folder with the packages of the snippets for Node.js in it."""
    folder = tmp_path_factory.mktemp("node")
    fault = registries.install_from_npm(folder)
    if fault:
        pytest.skip(f"not run, the registry of npm is out of reach: {fault}")
    return folder


@pytest.fixture(scope="session")
def _at_leisure(request):
    """Leave out what downloads and compiles for minutes, unless somebody has the time."""
    if request.config.getoption("--thorough") == 1:
        pytest.skip("runs with make snippets")
