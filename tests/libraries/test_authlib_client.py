"""Authlib's client, which signs what it sends and gets what is encrypted to it."""

from __future__ import annotations

import pytest
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import ClientSecretJWT, PrivateKeyJWT
from cryptography.hazmat.primitives import serialization
from joserfc import jwe, jwt
from joserfc.jwk import KeySet, RSAKey

from tests import factories
from tests.secrets_seen import remember
from tests.signing import client_key

CALLBACK = "https://rp.example/callback"
SCOPE = "openid email offline_access"
OPENING = RSAKey.generate_key(2048, {"use": "enc", "kid": "opens"})


@pytest.fixture
def endpoints(provider, settings):
    """Return the metadata, as any client finds it."""
    return provider.send("GET", f"{settings.issuer}/.well-known/openid-configuration").json


def pem_of(key) -> bytes:
    return key.private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def walk(session, browser, jane, endpoints) -> dict:
    """Sign in and consent; return the tokens the library gets."""
    url, _ = session.create_authorization_url(
        endpoints["authorization_endpoint"], nonce="n", code_verifier=remember("v" * 48)
    )
    browser.open(url)
    browser.sign_in(*jane)
    browser.allow()
    tokens = session.fetch_token(
        endpoints["token_endpoint"],
        authorization_response=browser.left_for,
        code_verifier="v" * 48,
    )
    for name in ("access_token", "refresh_token", "id_token"):
        remember(tokens[name])
    return dict(tokens)


def claims_of(id_token: str, provider, endpoints) -> dict:
    keys = KeySet.import_key_set(provider.send("GET", endpoints["jwks_uri"]).json)
    return jwt.decode(id_token, keys, algorithms=["RS256"]).claims


def test_key_signs_and_what_is_encrypted_is_opened(wire, browser, jane, provider, endpoints):
    """OIDC Core §9 (private_key_jwt) and §10.2; then a refresh."""
    key = client_key("RS256", "authlib")
    published = {"keys": [key.public, OPENING.as_dict(private=False)]}
    client = factories.client(
        redirect_uris=[CALLBACK],
        token_endpoint_auth_method="private_key_jwt",
        jwks=published,
        id_token_encrypted_response_alg="RSA-OAEP-256",
    )
    session = OAuth2Session(
        client.client_id,
        pem_of(key),
        scope=SCOPE,
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
        token_endpoint_auth_method=PrivateKeyJWT(
            endpoints["token_endpoint"], headers={"kid": "authlib"}
        ),
    )

    tokens = walk(session, browser, jane, endpoints)

    opened = jwe.decrypt_compact(
        tokens["id_token"], OPENING, algorithms=["RSA-OAEP-256", "A128CBC-HS256"]
    )
    claims = claims_of(opened.plaintext.decode(), provider, endpoints)
    assert (claims["aud"], claims["nonce"]) == (client.client_id, "n")
    renewed = session.refresh_token(endpoints["token_endpoint"])
    assert remember(renewed["refresh_token"]) != tokens["refresh_token"]
    remember(renewed["access_token"])
    remember(renewed["id_token"])


def test_secret_signs(wire, browser, jane, provider, endpoints):
    """OIDC Core §9, client_secret_jwt."""
    client = factories.client(
        redirect_uris=[CALLBACK], token_endpoint_auth_method="client_secret_jwt"
    )
    session = OAuth2Session(
        client.client_id,
        client.secret,
        scope=SCOPE,
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
        token_endpoint_auth_method=ClientSecretJWT(endpoints["token_endpoint"]),
    )

    tokens = walk(session, browser, jane, endpoints)

    assert claims_of(tokens["id_token"], provider, endpoints)["aud"] == client.client_id
