"""Encrypted ID tokens and userinfo (OIDC Core §10.2, §16.14), opened with a library of its own."""

from __future__ import annotations

import hashlib
import json
from urllib.parse import parse_qs

import jwt
import pytest
from joserfc import jwe
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from tests import factories
from tests.oidc.conftest import error_of
from tests.remote import remote_host
from tests.transports import FlaskTransport

RSA, EC, X = (
    RSAKey.generate_key(2048, {"use": "enc", "kid": "rsa-enc"}),
    ECKey.generate_key("P-256", {"use": "enc", "kid": "ec-enc"}),
    OKPKey.generate_key("X25519", {"use": "enc", "kid": "x-enc"}),
)
ALL = [
    "RSA-OAEP", "RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW",
    "dir", "A128KW", "A256KW", "A128CBC-HS256", "A256CBC-HS512", "A128GCM", "A256GCM",
]  # fmt: skip


def jwks(*keys) -> dict:
    return {"keys": [key.as_dict(private=False) for key in keys]}


def opened(token: str, key) -> tuple[dict, str]:
    found = jwe.decrypt_compact(token, key, algorithms=ALL)
    return found.headers(), found.plaintext.decode()


@pytest.mark.parametrize("enc", ["A128CBC-HS256", "A256CBC-HS512", "A128GCM", "A256GCM"])
@pytest.mark.parametrize(
    ("alg", "key"),
    [("RSA-OAEP", RSA), ("RSA-OAEP-256", RSA), ("ECDH-ES", EC), ("ECDH-ES+A128KW", EC),
     ("ECDH-ES+A256KW", EC), ("ECDH-ES", X)],
)  # fmt: skip
def test_id_token_is_encrypted_to_the_clients_key(make_scene, alg, enc, key):
    """OIDC Core §2: signed, then encrypted; protocol.md 2.7: the header names the key."""
    scene = make_scene(
        jwks=jwks(key), id_token_encrypted_response_alg=alg, id_token_encrypted_response_enc=enc
    )
    tokens = scene.tokens()

    header, signed = opened(tokens["id_token"], key)

    assert (header["alg"], header["enc"], header["cty"]) == (alg, enc, "JWT")
    assert header["kid"] == key.kid
    claims = scene.rp.verify_id_token(signed, access_token=tokens["access_token"])
    assert claims["sub"] == scene.person.subject


@pytest.mark.parametrize(
    ("alg", "enc", "bits"),
    [("dir", "A128GCM", 128), ("dir", "A128CBC-HS256", 256), ("dir", "A256CBC-HS512", 512),
     ("A128KW", "A128GCM", 128), ("A256KW", "A256GCM", 256)],
)  # fmt: skip
def test_key_is_made_from_the_secret(make_scene, alg, enc, bits):
    """OIDC Core §10.2: the left-most bits of a SHA-2 hash of the secret."""
    scene = make_scene(id_token_encrypted_response_alg=alg, id_token_encrypted_response_enc=enc)
    hashed = (hashlib.sha512 if bits > 256 else hashlib.sha256)(scene.rp.client_secret.encode())

    _, signed = opened(scene.tokens()["id_token"], OctKey.import_key(hashed.digest()[: bits // 8]))

    assert scene.rp.verify_id_token(signed)["sub"] == scene.person.subject


def test_content_encryption_has_a_default(open_to_all):
    """OIDC Registration §2: A128CBC-HS256."""
    made = open_to_all.register(jwks=jwks(RSA), id_token_encrypted_response_alg="RSA-OAEP")

    assert made.json["id_token_encrypted_response_enc"] == "A128CBC-HS256"


@pytest.mark.parametrize(
    "members",
    [
        {"id_token_encrypted_response_enc": "A128GCM"},
        {"id_token_encrypted_response_alg": "RSA1_5"},
        {"userinfo_encrypted_response_alg": "PBES2-HS256+A128KW"},
        {"id_token_encrypted_response_alg": "RSA-OAEP", "jwks": None},
        {"id_token_encrypted_response_alg": "dir", "token_endpoint_auth_method": "none"},
        {"userinfo_encrypted_response_alg": "RSA-OAEP", "userinfo_encrypted_response_enc": "none"},
    ],
)
def test_encryption_that_cannot_work_is_refused_at_registration(open_to_all, members):
    assert error_of(open_to_all.register(**members)) == "invalid_client_metadata"


@pytest.mark.parametrize("response_type", ["id_token", "code id_token", "code id_token token"])
def test_id_token_in_the_browser_is_encrypted_too(
    db, make_app, settings, make_scene, response_type
):
    scene = make_scene(
        jwks=jwks(EC),
        id_token_encrypted_response_alg="ECDH-ES",
        response_types=[response_type],
        grant_types=["authorization_code", "implicit"],
    )
    transport = FlaskTransport(make_app(legacy_response_types=True))
    scene.rp.transport = scene.browser.transport = transport

    scene.rp.authorize(scene.browser, response_type=response_type)

    token = parse_qs(scene.browser.left_for.partition("#")[2])["id_token"][0]
    assert opened(token, EC)[0]["kid"] == "ec-enc"


def test_encrypted_id_token_is_a_hint_when_it_is_encrypted_to_us(make_scene):
    """OIDC Core §3.1.2.1: id_token_hint."""
    scene = make_scene()
    token = scene.tokens()["id_token"]
    published = scene.rp.transport.send("GET", scene.rp.metadata["jwks_uri"]).json["keys"]
    ours = next(key for key in published if key["use"] == "enc" and key["kty"] == "RSA")
    header = {"alg": "RSA-OAEP-256", "enc": "A256GCM", "kid": ours["kid"], "cty": "JWT"}
    hint = jwe.encrypt_compact(header, token, RSAKey.import_key(ours), algorithms=ALL)

    assert scene.code(prompt="none", id_token_hint=hint)
    broken = hint[:-6] + ("AAAAAA" if not hint.endswith("AAAAAA") else "BBBBBB")
    assert scene.error(prompt="none", id_token_hint=broken) == "invalid_request"


def test_our_keys_to_encrypt_to_are_published(make_scene):
    """RFC 7517 §4.2: use."""
    scene = make_scene()
    published = scene.rp.transport.send("GET", scene.rp.metadata["jwks_uri"]).json["keys"]

    kinds = {key["kty"] for key in published if key["use"] == "enc"}
    assert kinds == {"RSA", "EC"}
    assert not {"d", "p", "q", "k"}.intersection(*map(set, published))


# --- userinfo


def userinfo(scene) -> tuple[str, str]:
    answer = scene.rp.userinfo(scene.tokens(scope="openid email")["access_token"])
    assert answer.status == 200, answer.text
    return answer.headers["content-type"], answer.text


def test_userinfo_is_signed_then_encrypted(make_scene):
    """OIDC Core §5.3.2."""
    scene = make_scene(
        jwks=jwks(RSA),
        userinfo_signed_response_alg="RS256",
        userinfo_encrypted_response_alg="RSA-OAEP-256",
    )
    media, body = userinfo(scene)

    header, signed = opened(body, RSA)

    assert media == "application/jwt"
    assert header["cty"] == "JWT"
    claims = jwt.decode(signed, options={"verify_signature": False})
    assert (claims["iss"], claims["aud"]) == (scene.rp.issuer, scene.rp.client_id)
    assert claims["email"] == scene.person.email


def test_userinfo_is_encrypted_alone(make_scene):
    scene = make_scene(jwks=jwks(RSA), userinfo_encrypted_response_alg="RSA-OAEP")
    media, body = userinfo(scene)

    header, text = opened(body, RSA)

    assert media == "application/jwt"
    assert "cty" not in header
    assert json.loads(text)["sub"] == scene.person.subject


# --- keys that are missing


def test_client_without_a_fitting_key_is_told(db, make_scene):
    signing_only = {**EC.as_dict(private=False), "use": "sig"}
    scene = make_scene(jwks={"keys": [signing_only]}, id_token_encrypted_response_alg="ECDH-ES")

    answer = scene.rp.redeem(scene.code())

    assert error_of(answer) == "invalid_request"
    assert "no usable key" in answer.json["error_description"]


def test_secret_from_before_is_no_use_and_a_new_one_is(db, make_scene):
    scene = make_scene()
    client = factories.clients.get(scene.rp.client_id)
    factories.clients.update(client, {"id_token_encrypted_response_alg": "dir"})
    db.session.commit()
    assert error_of(scene.rp.redeem(scene.code())) == "invalid_request"

    scene.rp.client_secret = factories.clients.add_secret(client)
    db.session.commit()

    assert scene.tokens()["id_token"].count(".") == 4


def test_keys_at_an_address_are_fetched_before_anything_is_written(db, make_app, make_scene):
    with remote_host() as remote:
        uri = remote.serve("/jwks", json.dumps(jwks(EC)))
        scene = make_scene(
            jwks_uri=uri,
            id_token_encrypted_response_alg="ECDH-ES",
            response_types=["code id_token"],
            grant_types=["authorization_code", "implicit"],
        )
        app = make_app(legacy_response_types=True, **remote.settings)
        scene.rp.transport = scene.browser.transport = FlaskTransport(app)

        scene.rp.authorize(scene.browser, response_type="code id_token")

        assert "id_token=" in scene.browser.left_for
        assert remote.count("/jwks") == 1
