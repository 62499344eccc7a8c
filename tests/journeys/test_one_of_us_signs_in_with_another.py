"""Two of us: one is the other's provider, over TLS; a stranger signs up, signs in and links."""

from __future__ import annotations

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from app import create_app
from app.database import db as database
from app.models import UpstreamIdentity, User
from app.services.people import upstreams
from app.services.people.upstream_wishes import Wanted
from app.settings import Settings
from tests import factories
from tests.administrators import browser_of, visitor
from tests.browser import Browser
from tests.factories import PASSWORD
from tests.letters import Letters
from tests.remote import certificates
from tests.secrets_seen import remember
from tests.servers import live_server
from tests.transports import HttpxTransport

pytestmark = pytest.mark.one_engine


@pytest.fixture
def first(settings, db):
    """Run the provider that people have accounts with, on the database of the stage."""
    assert db.engine, "a context of the application is open"
    folder = certificates()
    changes = {"tls_certificate": str(folder / "cert.pem"), "tls_key": str(folder / "key.pem")}
    with live_server(settings.model_copy(update={**changes, "run_jobs": False})) as server:
        yield server


@pytest.fixture
def second(stage, first, tmp_path):
    """Make the other one, on a database of its own."""
    settings = Settings(
        issuer="https://second.example",
        database_url=f"sqlite:///{tmp_path / 'second.db'}",
        secret_key=SecretStr("signs-the-forms-of-the-second-one-and-nothing-else"),
        encryption_key=SecretStr("seals-the-keys-of-the-second-one-and-nothing-else"),
        mail_folder=str(tmp_path / "mail"),
        second_step="optional",
        fetch_private_hosts=("localhost",),
        fetch_ca_file=str(certificates() / "ca.pem"),
    )
    app = create_app(settings)
    app.testing = True
    with app.app_context():
        database.create_all()
        yield app
        database.session.remove()
        database.engine.dispose()


@pytest.fixture
def at_first(first):
    """Return a browser, seen from the first provider."""
    transport = HttpxTransport(ca_file=str(certificates() / "ca.pem"))
    yield Browser(transport, first.url)
    transport.close()


@pytest.fixture
def provider(app, first, second):
    """Register the second one with the first."""
    uri = "https://second.example/login/upstream/first/callback"
    with app.app_context():
        registered = factories.client(redirect_uris=[uri], trusted=True)
        factories.user("jane@people.example", name="Jane Doe")
    wanted = Wanted(
        name="First",
        issuer=first.url,
        client_id=registered.client_id,
        secret=remember(registered.secret),
        may_sign_up=True,
    )
    with second.app_context():
        row = upstreams.create("generic", wanted, by=None)
        database.session.commit()
    return row


def there_and_back(browser, at_first):
    """Walk to the first provider, through its pages, and back."""
    at_first.open(browser.left_for)
    if not at_first.left_for and at_first.has("sign-in"):
        at_first.sign_in("jane@people.example", PASSWORD)
    if not at_first.left_for and at_first.has("allow"):
        at_first.allow()
    return browser.open(at_first.left_for)


def test_stranger_signs_up_and_comes_back(second, provider, at_first):
    assert provider.slug == "first"
    browser = at(visitor(second))
    there_and_back(browser.open("/login/sign-in").press("upstream-first"), at_first)
    assert browser.element("email").get("value") == "jane@people.example"

    browser.press("register").confirm(
        Letters(second.extensions["sealwax.settings"]).code("jane@people.example")
    )

    assert browser.at == "/account/"
    browser.sign_out()
    there_and_back(browser.open("/login/sign-in").press("upstream-first"), at_first)
    assert browser.at == "/account/"
    with second.app_context():
        assert database.session.scalars(select(User)).one().email == "jane@people.example"


def test_person_links(second, provider, at_first):
    assert provider.slug == "first"
    with second.app_context():
        person = factories.user("j@elsewhere.example")
        browser = at(browser_of(second, person))

    browser.open("/account/upstreams").press("link-first")
    there_and_back(browser, at_first).press("link")

    assert browser.sees("Linked. It signs you in from now on.")
    with second.app_context():
        assert database.session.scalars(select(UpstreamIdentity)).one().user_id == person.id


def at(browser):
    """Let a browser that was made for the usual issuer look at the second one."""
    browser.origin = "https://second.example"
    return browser
