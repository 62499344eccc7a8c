"""ID tokens: what they say, and how they are signed (OIDC Core §2)."""

from __future__ import annotations

import pytest

#: Claims that may stand in an ID token nobody asked anything of (protocol.md 2.7).
PROTOCOL = {"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash"}


@pytest.mark.parametrize("alg", ["RS256", "ES256", "EdDSA", "PS256"])
def test_id_token_is_signed_as_the_client_registered(make_scene, alg: str) -> None:
    """OIDC Registration §2: id_token_signed_response_alg; the actor verifies with PyJWT."""
    scene = make_scene(id_token_signed_response_alg=alg)

    assert scene.id_token(alg=alg)["sub"] == scene.person.subject


def test_id_token_says_how_and_when_the_person_signed_in(scene) -> None:
    """OIDC Core §2: auth_time, acr, amr; Back-Channel Logout §2.1: sid."""
    claims = scene.id_token(max_age="1000", acr_values="urn:sealwax:acr:password other")

    assert claims["auth_time"] == int(scene.session.auth_time.timestamp())
    assert claims["acr"] == "urn:sealwax:acr:password"
    assert claims["amr"] == ["pwd"]
    assert claims["sid"] == scene.session.sid
    assert claims["exp"] - claims["iat"] == 600


def test_id_token_holds_protocol_claims_alone(scene) -> None:
    """OIDC Core §5.4: with an access token, the scopes' claims are at userinfo."""
    claims = scene.id_token(scope="openid profile email address phone")

    assert set(claims) == PROTOCOL | {"sid", "jti"}


@pytest.mark.parametrize("nonce", ["ünïcode", "n" * 512, "a b+c"])
def test_nonce_comes_back_byte_for_byte(scene, nonce: str) -> None:
    """OIDC Core §3.1.3.7; the actor compares it."""
    assert scene.id_token(nonce=nonce)["nonce"] == nonce


def test_no_nonce_no_claim(scene) -> None:
    """OIDC Core §3.1.2.1: optional in the code flow."""
    assert "nonce" not in scene.id_token(nonce=None)


def test_plain_oauth_request_gets_no_id_token(scene) -> None:
    """OIDC Core §3.1.2.1: without the scope openid it is no OpenID request."""
    tokens = scene.tokens(scope="photos:read")

    assert "id_token" not in tokens
    assert scene.rp.userinfo(tokens["access_token"]).status == 403
