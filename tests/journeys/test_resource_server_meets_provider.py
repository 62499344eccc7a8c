"""The example resource server beside the production server, each in its own process."""

import httpx
import pytest

from tests.bench.seeds import CALLBACK
from tests.browser import Browser
from tests.command_line import CommandLine
from tests.journeys.programs import example
from tests.journeys.visitor import PASSWORD
from tests.relying_party import RelyingParty
from tests.transports import HttpxTransport

JANE = "jane@people.example"


@pytest.fixture
def operator(live):
    return CommandLine(live.settings)


@pytest.fixture
def transport():
    opened = HttpxTransport()
    yield opened
    opened.close()


@pytest.fixture
def rp(live, operator, transport):
    made = operator.create_client("Photo Box", redirect_uri=CALLBACK)
    operator.create_user(JANE, PASSWORD, "--name", "Jane Doe")
    return RelyingParty(
        transport,
        live.url,
        client_id=made.client_id,
        client_secret=made.client_secret,
        redirect_uri=CALLBACK,
    )


@pytest.fixture
def storage(live, operator):
    made = operator.create_client("Photo store", "--type", "machine")
    operator.set_client(made.client_id, introspects="true")
    secrets = {"CLIENT_ID": made.client_id, "CLIENT_SECRET": made.client_secret}
    with example("resource_server", ISSUER=live.url, **secrets) as url:
        yield url


def _ask(url, token):
    return httpx.get(url, headers={"Authorization": f"Bearer {token}"})


def test_tokens_of_the_provider_open_the_resource_server(live, rp, operator, transport, storage):
    browser = Browser(transport, live.url)
    token = rp.sign_in(browser, JANE, PASSWORD)["access_token"]
    offline = _ask(f"{storage}/photos", token)
    assert (offline.status_code, offline.json()["checked"]) == (200, "offline")

    narrow = rp.sign_in(browser, JANE, PASSWORD, scope="openid")["access_token"]
    refused = _ask(f"{storage}/photos", narrow)
    assert refused.status_code == 403
    assert 'error="insufficient_scope"' in refused.headers["www-authenticate"]

    operator.set_client(rp.client_id, access_token_format="opaque")
    opaque = rp.sign_in(browser, JANE, PASSWORD)
    asked = _ask(f"{storage}/photos", opaque["access_token"])
    assert (asked.status_code, asked.json()["checked"]) == (200, "introspected")

    assert rp.revoke(opaque["access_token"]).status == 200
    assert _ask(f"{storage}/photos", opaque["access_token"]).status_code == 401
    assert _ask(f"{storage}/whoami", opaque["refresh_token"]).status_code == 401
