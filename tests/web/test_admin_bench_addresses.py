"""Test bench: whether the addresses of an application answer, and whether its clock is right."""

from __future__ import annotations

import json

import pytest

from tests import factories
from tests.administrators import browser_of
from tests.remote import remote_host
from tests.signing import client_key


@pytest.fixture
def asked(make_app, root):
    """Return a function that asks the addresses of an application, with a host it may reach."""
    with remote_host() as host:

        def ask(**members):
            made = factories.client(redirect_uris=[f"{host.url}/callback"], **members)
            app = make_app(**host.settings)
            browser = browser_of(app, root)
            return browser.open(f"/admin/applications/{made.client_id}/bench").press(
                "ask-addresses"
            )

        ask.host = host
        yield ask


def test_addresses_that_answer(asked):
    uri = asked.host.serve("/jwks", json.dumps(client_key("ES256", "their-key").jwks))
    asked.host.serve("/", b"")

    seen = asked(jwks_uri=uri, token_endpoint_auth_method="private_key_jwt")

    assert seen.sees("Its keys can be read.")
    assert seen.sees("EC their-key")
    assert seen.sees("It answers.")
    assert seen.sees("Its clock is right.")


def test_callback_itself_is_left_alone(asked):
    """A request there would look like an answer of ours."""
    asked()

    assert {one.path for one in asked.host.received} == {"/"}
    assert {one.method for one in asked.host.received} <= {"HEAD"}


def test_clock_that_is_wrong(asked, clock):
    clock.move(minutes=10)

    assert asked().sees("seconds behind")


def test_keys_that_are_none(asked):
    uri = asked.host.serve("/jwks", b"{}")

    seen = asked(jwks_uri=uri, token_endpoint_auth_method="private_key_jwt")

    assert seen.sees("What is there cannot be used as keys.")


def test_private_addresses_are_not_asked(desk, db):
    """SSRF: the administration is no way to reach what only the server reaches."""
    made = factories.client(redirect_uris=["https://10.0.0.1/callback"])

    desk.open(f"/admin/applications/{made.client_id}/bench").press("ask-addresses")

    assert desk.sees("private_address")
