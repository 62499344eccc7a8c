"""Request objects at an address (OIDC Core §6.2)."""

from __future__ import annotations

import pytest

from tests.oidc.conftest import Scene
from tests.oidc.request_objects import code, error, packed
from tests.transports import FlaskTransport


@pytest.fixture
def elsewhere(signing, make_app, remote):
    """Return a scene whose request objects are at an address, with a fragment."""
    scene = signing(
        request_uris=[f"{remote.url}/object#v1", f"{remote.url}/plain"],
        request_object_signing_alg="RS256",
    )
    transport = FlaskTransport(make_app(**remote.settings))
    scene.rp.transport = scene.browser.transport = transport
    return scene


def at(scene: Scene, uri: str, remote) -> dict[str, str]:
    parameters = packed(scene.rp)
    remote.serve("/object", parameters.pop("request"), Content_Type="application/jwt")
    return {**parameters, "request_uri": uri}


def test_object_is_fetched_from_a_registered_address(elsewhere, remote):
    """protocol.md 6, oidcc-request-uri-signed-rs256: the fragment belongs to what is registered."""
    assert code(elsewhere, at(elsewhere, f"{remote.url}/object#v1", remote))
    assert remote.count("/object") == 1


@pytest.mark.parametrize("suffix", ["/object", "/object#v2", "/object?x#v1", "/other#v1"])
def test_address_is_registered_to_the_last_character(elsewhere, remote, suffix):
    """OIDC Core §6.2."""
    parameters = at(elsewhere, f"{remote.url}{suffix}", remote)
    parameters |= {"redirect_uri": elsewhere.rp.redirect_uri}
    parameters |= {"state": elsewhere.rp.sent.get("state")}

    assert error(elsewhere, parameters) == "invalid_request_uri"
    assert remote.received == []


def test_address_that_answers_nothing_is_told(elsewhere, remote):
    parameters = at(elsewhere, f"{remote.url}/plain", remote)
    parameters |= {"redirect_uri": elsewhere.rp.redirect_uri}
    parameters |= {"state": elsewhere.rp.sent.get("state")}

    assert error(elsewhere, parameters) == "invalid_request_uri"


def test_one_of_both(elsewhere, remote):
    parameters = at(elsewhere, f"{remote.url}/object#v1", remote)
    parameters |= {"request": "x", "redirect_uri": elsewhere.rp.redirect_uri}
    parameters |= {"state": elsewhere.rp.sent.get("state")}

    assert error(elsewhere, parameters) == "invalid_request"


def test_metadata_says_so(elsewhere):
    """OIDC Discovery §3."""
    metadata = elsewhere.rp.metadata

    assert metadata["request_parameter_supported"] is True
    assert metadata["request_uri_parameter_supported"] is True
    assert metadata["require_request_uri_registration"] is True
    assert "RS256" in metadata["request_object_signing_alg_values_supported"]
