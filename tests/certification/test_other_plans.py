"""Refresh tokens, and what the Dynamic and third-party plans add (protocol.md 2.10, 2.11, 6)."""

from __future__ import annotations

import jwt
import pytest

from tests.certification.rig import check_random
from tests.oidc.conftest import error_of
from tests.registrar import Registrar

pytestmark = pytest.mark.one_engine

ALL = "openid offline_access"


@pytest.mark.parametrize("response_type", ["code", "code id_token", "code token"])
def test_refresh_token(rig, response_type, clock):
    """oidcc-refresh-token: two clients; each has its own."""
    client, other = rig(response_type), rig(response_type)
    tokens = client.succeed(scope=ALL, prompt="consent")["tokens"]
    theirs = other.succeed(scope=ALL, prompt="consent", nonce="n" * 43)["tokens"]
    clock.move(seconds=1)

    refreshed = client.rp.refresh(tokens["refresh_token"], scope=tokens["scope"])

    assert refreshed.status == 200, refreshed.text
    assert "no-store" in refreshed.headers["cache-control"]
    check_random(tokens["refresh_token"])
    check_random(refreshed.json["access_token"])
    assert type(refreshed.json["expires_in"]) is int
    _check_same(tokens["id_token"], refreshed.json["id_token"])
    assert error_of(client.rp.refresh(theirs["refresh_token"])) == "invalid_grant"


def _check_same(first: str, later: str) -> None:
    """Check an ID token of a refresh against the first (protocol.md 2.10)."""
    one, two = (jwt.decode(token, options={"verify_signature": False}) for token in (first, later))
    for name in ("iss", "sub", "aud", "auth_time", "azp"):
        assert one.get(name) == two.get(name)
    assert one["iat"] != two["iat"]


def test_id_token_signature(rig):
    """oidcc-idtoken-signature: no algorithm registered."""
    header = jwt.get_unverified_header(rig().succeed()["tokens"]["id_token"])

    assert header["alg"] == "RS256"
    assert header["kid"]


def test_unsigned_id_token_is_not_offered(rig):
    """oidcc-idtoken-unsigned, skipped by the suite because of this."""
    assert "none" not in rig().rp.metadata["id_token_signing_alg_values_supported"]


@pytest.mark.parametrize(
    ("registered", "sent"),
    [
        ("https://rp.example/cb", "https://rp.example/cb?foo=bar"),
        ("https://rp.example/cb?bar=foo", "https://rp.example/cb?foo=bar"),
        ("https://rp.example/cb?bar=foo", "https://rp.example/cb"),
    ],
)
def test_redirect_uri_query_is_compared(rig, registered, sent):
    """oidcc-redirect-uri-query-added, -query-mismatch."""
    rig(redirect_uris=[registered]).is_refused_here(redirect_uri=sent)


def test_redirect_uri_query_is_kept(rig):
    """oidcc-redirect-uri-query-OK."""
    client = rig(redirect_uris=["https://rp.example/cb?bar=foo"])
    client.succeed()

    assert client.browser.left_for.startswith("https://rp.example/cb?bar=foo&")


def test_redirect_uri_must_be_in_the_request(rig):
    """oidcc-ensure-redirect-uri-in-authorization-request."""
    client = rig(redirect_uris=["https://rp.example/a", "https://rp.example/b"])

    client.is_refused_here(redirect_uri=None)


def test_redirect_uri_with_a_fragment_is_refused(transport, settings):
    """oidcc-redirect-uri-regfrag."""
    answer = Registrar(transport, settings.issuer).register(
        redirect_uris=["https://rp.example/cb#foobar"]
    )

    assert error_of(answer) in {"invalid_redirect_uri", "invalid_client_metadata"}


def test_private_key_jwt_without_a_name_of_the_key(rig):
    """The Dynamic plan's oidcc-server: a key by value, without kid."""
    rig(token_endpoint_auth_method="private_key_jwt").succeed()


def test_signed_userinfo(rig):
    """oidcc-userinfo-rs256 (protocol.md 2.8)."""
    client = rig(userinfo_signed_response_alg="RS256")
    code = client.send()["code"]
    answer = client.rp.userinfo(client.redeem(code)["access_token"])

    assert answer.headers["content-type"] == "application/jwt"
    claims = jwt.decode(answer.text, options={"verify_signature": False})
    assert (claims["iss"], claims["aud"]) == (client.rp.issuer, client.rp.client_id)
    assert "nonce" not in claims
    assert jwt.get_unverified_header(answer.text)["alg"] == "RS256"


def test_third_party_login(transport, settings):
    """oidcc-3rd_party-init-login: echoed at once and when it is read; oidcc-…-nohttps."""
    registrar = Registrar(transport, settings.issuer)
    uri = "https://rp.example/start"
    made = registrar.register(initiate_login_uri=uri)

    assert made.status == 201
    assert made.json["initiate_login_uri"] == uri
    assert registrar.manage("GET", made.json).json["initiate_login_uri"] == uri
    assert registrar.manage("DELETE", made.json).status == 204
    refused = registrar.register(initiate_login_uri="http://rp.example/start")
    assert error_of(refused) == "invalid_client_metadata"
