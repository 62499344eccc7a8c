"""The example resource server beside the production server, each in its own process."""

import httpx
import pytest

from tests import factories
from tests.bench.seeds import CALLBACK
from tests.browser import Browser
from tests.journeys.programs import example
from tests.journeys.visitor import PASSWORD
from tests.relying_party import RelyingParty
from tests.transports import HttpxTransport

JANE = "jane@people.example"


@pytest.fixture
def transport():
    opened = HttpxTransport()
    yield opened
    opened.close()


@pytest.fixture
def played(live, db, transport):
    """Return a function that registers a client and plays it over sockets."""
    assert db.engine, "a context of the application is open"
    factories.user(JANE, password=PASSWORD, name="Jane Doe")

    def made(**members):
        found = factories.client(redirect_uris=[CALLBACK], **members)
        return RelyingParty(
            transport,
            live.url,
            client_id=found.client_id,
            client_secret=found.secret,
            redirect_uri=CALLBACK,
        )

    return made


@pytest.fixture
def storage(live, played):
    """Run the example resource server, which may introspect."""
    own = played(introspects=True)
    secrets = {"CLIENT_ID": own.client_id, "CLIENT_SECRET": own.client_secret}
    with example("resource_server", ISSUER=live.url, **secrets) as url:
        yield url


@pytest.fixture
def browser(live, transport):
    return Browser(transport, live.url)


def _ask(url, token):
    return httpx.get(url, headers={"Authorization": f"Bearer {token}"})


def test_jwt_is_verified_offline_and_its_scopes_are_kept(played, browser, storage):
    """RFC 9068 §4, RFC 6750 §3.1."""
    rp = played()
    wide = rp.sign_in(browser, JANE, PASSWORD)["access_token"]
    narrow = rp.sign_in(browser, JANE, PASSWORD, scope="openid")["access_token"]

    offline, refused = _ask(f"{storage}/photos", wide), _ask(f"{storage}/photos", narrow)

    assert (offline.status_code, offline.json()["checked"]) == (200, "offline")
    assert refused.status_code == 403
    assert 'error="insufficient_scope"' in refused.headers["www-authenticate"]


def test_opaque_token_is_introspected_and_dies_when_it_is_given_back(played, browser, storage):
    """RFC 7662, RFC 7009: and a refresh token opens nothing."""
    rp = played(access_token_format="opaque")
    tokens = rp.sign_in(browser, JANE, PASSWORD)
    alive = _ask(f"{storage}/photos", tokens["access_token"])
    assert rp.revoke(tokens["access_token"]).status == 200

    assert (alive.status_code, alive.json()["checked"]) == (200, "introspected")
    assert _ask(f"{storage}/photos", tokens["access_token"]).status_code == 401
    assert _ask(f"{storage}/whoami", tokens["refresh_token"]).status_code == 401
