"""A strict test rig, over TLS from outside: registers itself, signs, encrypts, and is told.

What `make run-tls` and docs/conformance.env offer, as a rig uses it (protocol.md 2, 5, 6).
"""

from __future__ import annotations

import json
import ssl
from time import monotonic
from urllib.parse import urlencode

import httpx
import jwt
import pytest
from joserfc import jwe
from joserfc.jwk import RSAKey

from tests import factories
from tests.browser import Browser
from tests.factories import PASSWORD
from tests.registrar import Registrar
from tests.relying_party import RelyingParty
from tests.remote import certificates, remote_host
from tests.servers import live_server
from tests.signing import client_key
from tests.transports import Answer, HttpxTransport

LONGEST_WAIT_SECONDS = 10
ENCRYPTION = RSAKey.generate_key(2048, {"use": "enc", "kid": "rig-enc"})


@pytest.fixture
def rig():
    """Run the rig's own host."""
    with remote_host() as host:
        published = [client_key("RS256", "rig").public, ENCRYPTION.as_dict(private=False)]
        host.serve("/jwks", json.dumps({"keys": published}))
        host.serve("/backchannel", "")
        yield host


@pytest.fixture
def provider(stage, rig):
    """Run a provider as docs/conformance.env says."""
    folder = certificates()
    settings = stage.settings.model_copy(
        update={
            "tls_certificate": str(folder / "cert.pem"),
            "tls_key": str(folder / "key.pem"),
            "registration": "open",
            "legacy_response_types": True,
            "session_iframe": True,
            **rig.settings,
        }
    )
    with live_server(settings) as server:
        yield server.url


@pytest.fixture
def transport(rig):
    """Return the way to the provider, whose certificate must be right."""
    reached = HttpxTransport(ca_file=rig.ca_file)
    yield reached
    reached.close()


def test_rig_goes_the_whole_way(db, provider, rig, transport):
    person = factories.user("rig@people.example", name="Jane Doe")
    made = _registered(transport, provider, rig)
    assert made.status == 201, made.text
    rp = RelyingParty(
        transport,
        provider,
        client_id=made.json["client_id"],
        redirect_uri=f"{rig.url}/callback",
        auth_method="private_key_jwt",
    )
    rp.signer = client_key("RS256", "rig")
    browser = Browser(transport, provider)

    _ask(rp, browser, rig, provider)

    received = dict(part.split("=") for part in browser.left_for.partition("#")[2].split("&"))
    first = _opened(rp, received["id_token"], code=received["code"])
    tokens = rp.redeem(received["code"], redirect_uri=rp.redirect_uri, code_verifier=None)
    assert tokens.status == 200, tokens.text
    second = _opened(rp, tokens.json["id_token"], access_token=tokens.json["access_token"])
    assert first["sub"] == second["sub"] != person.subject
    assert "session_state" in received
    assert rp.userinfo(tokens.json["access_token"]).json["sub"] == first["sub"]

    hint = _signed(tokens.json["id_token"])
    browser.open(f"{rp.endpoint('end_session')}?{urlencode({'id_token_hint': hint})}")
    assert browser.sees("You're signed out")
    told = _told(rig)
    assert (told["sub"], told["sid"]) == (first["sub"], first["sid"])
    assert told["aud"] == rp.client_id


def _registered(transport, provider, rig) -> Answer:
    """Register the rig with everything that makes us call it."""
    return Registrar(transport, provider).register(
        jwks=None,
        jwks_uri=f"{rig.url}/jwks",
        token_endpoint_auth_method="private_key_jwt",
        redirect_uris=[f"{rig.url}/callback"],
        post_logout_redirect_uris=[f"{rig.url}/bye"],
        backchannel_logout_uri=f"{rig.url}/backchannel",
        request_uris=[f"{rig.url}/object#1"],
        request_object_signing_alg="RS256",
        id_token_encrypted_response_alg="RSA-OAEP-256",
        subject_type="pairwise",
        response_types=["code id_token"],
        grant_types=["authorization_code", "implicit", "refresh_token"],
    )


def _ask(rp, browser, rig, provider) -> None:
    """Send the browser with a request object that the provider has to fetch."""
    parameters = rp.request(response_type="code id_token", code_challenge=None,
                            code_challenge_method=None)  # fmt: skip
    signed = rp.signer.sign({**parameters, "iss": rp.client_id, "aud": provider})
    rig.serve("/object", signed, Content_Type="application/jwt")
    outside = {name: parameters[name] for name in ("client_id", "response_type", "scope")}
    query = urlencode({**outside, "request_uri": f"{rig.url}/object#1"})
    browser.open(f"{rp.endpoint('authorization')}?{query}")
    browser.sign_in("rig@people.example", PASSWORD)
    browser.allow()


def _signed(token: str) -> str:
    opened = jwe.decrypt_compact(token, ENCRYPTION, algorithms=["RSA-OAEP-256", "A128CBC-HS256"])
    return opened.plaintext.decode()


def _opened(rp, token: str, **bound: str) -> dict:
    return rp.verify_id_token(_signed(token), **bound)


def _told(rig) -> dict:
    end = monotonic() + LONGEST_WAIT_SECONDS
    while monotonic() < end:
        found = [one for one in rig.received if one.path == "/backchannel"]
        if found:
            assert found[0].tls == "TLSv1.3"
            return jwt.decode(found[0].form["logout_token"], options={"verify_signature": False})
    raise AssertionError("the rig was not told")


def test_old_tls_is_refused_and_nothing_warns(provider, rig):
    """RFC 9325 §3.1.1; protocol.md 2.2: every endpoint is https."""
    context = ssl.create_default_context(cafile=rig.ca_file)
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
    with httpx.Client(verify=context) as client:
        metadata = client.get(f"{provider}/.well-known/openid-configuration").json()
    for name, value in metadata.items():
        if name.endswith(("_endpoint", "_iframe")) or name == "jwks_uri":
            assert value.startswith("https://")

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(rig.ca_file)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with httpx.Client(verify=context) as client, pytest.raises(httpx.ConnectError):
        client.get(provider)
