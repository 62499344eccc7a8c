"""Request objects by value and by address (OIDC Core §6, RFC 9101)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import jwt
import pytest
from joserfc import jwe
from joserfc.jwk import RSAKey

from app.clock import timestamp
from tests.oidc.conftest import Scene
from tests.oidc.request_objects import RIG, code, error, packed, send
from tests.signing import ClientKey, assertion_claims, client_key


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA"])
def test_parameters_are_taken_from_the_object(signing, alg):
    """OIDC Core §6.1: redirect_uri, state, nonce and challenge stand inside alone."""
    key = client_key(alg, "rig")
    scene = signing(key, request_object_signing_alg=alg)

    answer = scene.rp.redeem(code(scene, packed(scene.rp, key)))

    assert answer.status == 200, answer.text
    assert scene.rp.verify_id_token(answer.json["id_token"])["sub"] == scene.person.subject


def test_what_is_inside_wins(signing):
    """OIDC Core §6.3.3."""
    scene = signing()
    outside = {"nonce": "outside", "redirect_uri": "https://elsewhere.example/cb", "state": "x"}

    answer = scene.rp.redeem(code(scene, packed(scene.rp, outside=outside)))

    assert scene.rp.verify_id_token(answer.json["id_token"])


def test_what_is_only_outside_counts_too(signing):
    """OIDC Core §6.1: parameters are assembled from both."""
    scene = signing()
    parameters = packed(scene.rp, inside={"state": None})

    assert code(scene, {**parameters, "state": scene.rp.sent.get("state")})


def test_strict_client_says_everything_inside(signing):
    """RFC 9101 §6.3: what is not signed is not used."""
    scene = signing(security_profile="strict")
    assert code(scene, packed(scene.rp))

    scene.browser.left_for = ""
    send(scene, packed(scene.rp, inside={"redirect_uri": None},
                       outside={"redirect_uri": scene.rp.redirect_uri}))  # fmt: skip
    assert not scene.browser.left_for


def test_numbers_and_objects_keep_their_meaning(signing):
    """OIDC Core §6.1: max_age is a number, claims an object."""
    scene = signing()
    wish = {"id_token": {"email": {"essential": True}}}

    answer = scene.rp.redeem(
        code(scene, packed(scene.rp, inside={"max_age": 1000, "claims": wish}))
    )

    claims = jwt.decode(answer.json["id_token"], options={"verify_signature": False})
    assert claims["email"] == scene.person.email


def test_person_who_signs_in_on_the_way_loses_nothing(signing, db):
    """The merged parameters wait, not the object."""
    scene = signing(allowed="")
    send(scene, packed(scene.rp))

    scene.browser.allow()

    assert scene.rp.redeem(scene.rp.callback(scene.browser).code).status == 200


@pytest.mark.parametrize("inside", [{"client_id": "other"}, {"response_type": "id_token"}])
def test_client_and_response_are_the_same_outside(signing, inside):
    """OIDC Core §6.1."""
    scene = signing()
    outside = {"redirect_uri": scene.rp.redirect_uri}
    parameters = packed(scene.rp, inside=inside, outside=outside)
    parameters["state"] = scene.rp.sent.get("state")

    assert error(scene, parameters) == "invalid_request_object"


@pytest.mark.parametrize("value", [True, 1.5, None, ["x"], [{"type": "x"}], {"a": 1}, "x"])
def test_parameters_nobody_knows_are_ignored(signing, value):
    """RFC 6749 §3.1, as in the query: RFC 9396 and others have lists and objects of their own."""
    scene = signing()

    inside = {"authorization_details": value, "resource": value}
    assert scene.rp.redeem(code(scene, packed(scene.rp, inside=inside))).status == 200


@pytest.mark.parametrize("name", ["state", "nonce", "claims", "redirect_uri", "login_hint"])
def test_half_a_character_is_refused(signing, name):
    """security.md AZ04: it could neither be kept nor sent back."""
    assert refused(signing(), inside={name: "a\ud800"}) == "invalid_request_object"


def refused(scene: Scene, **changes: Any) -> str:
    """Return the error of a request whose redirect address and state stand outside as well."""
    key = changes.pop("key", RIG)
    parameters = packed(scene.rp, key, **changes)
    parameters |= {"redirect_uri": scene.rp.redirect_uri, "state": scene.rp.sent.get("state")}
    parameters |= changes.get("outside", {})
    return error(scene, parameters)


@pytest.mark.parametrize(
    "inside",
    [
        {"iss": "other"},
        {"aud": "https://other.example"},
        {"aud": []},
        {"exp": 1},
        {"exp": "soon"},
        {"nbf": 99_999_999_999},
        {"iat": True},
        {"request": "x"},
        {"request_uri": "https://rp.example/x"},
        {"scope": ["openid"]},
        {"prompt": None, "max_age": 1.5},
        {"claims": "{", "nonce": 7.5},
    ],
)
def test_unusable_object_is_refused(signing, inside):
    """RFC 9101 §6.3, §10.8."""
    assert refused(signing(), inside=inside) == "invalid_request_object"


@pytest.mark.parametrize(
    "key", [None, client_key("RS256", "stranger"), client_key("ES256", "rig"),
            ClientKey("HS256", None, "x" * 43)],
)  # fmt: skip
def test_object_nobody_of_the_client_signed_is_refused(signing, key):
    """OIDC Core §6.1; none is refused, and not listed (protocol.md 3)."""
    scene = signing()

    assert refused(scene, key=key) == "invalid_request_object"
    assert "none" not in scene.rp.metadata["request_object_signing_alg_values_supported"]


def test_registered_algorithm_is_the_only_one(signing):
    """OIDC Registration §2: request_object_signing_alg."""
    scene = signing(request_object_signing_alg="ES256")

    assert refused(scene) == "invalid_request_object"


def test_secret_signs_when_it_is_registered_so(make_scene):
    scene = make_scene(request_object_signing_alg="HS256")
    key = ClientKey("HS256", None, scene.rp.client_secret)

    assert code(scene, packed(scene.rp, key))


def test_client_that_may_sign_need_not(signing):
    assert signing(request_object_signing_alg="RS256").tokens()


def test_object_expires(signing, clock):
    scene = signing()
    parameters = packed(scene.rp, inside={"exp": timestamp() + 30})
    parameters |= {"redirect_uri": scene.rp.redirect_uri, "state": scene.rp.sent.get("state")}
    clock.move(timedelta(seconds=91))

    assert error(scene, parameters) == "invalid_request_object"


@pytest.mark.parametrize("value", ["x", "a.b.c", "a.b.c.d.e", "." * 4, "ü", "e30.e30."])
def test_garbage_is_refused(signing, value):
    assert refused(signing(), outside={"request": value}) == "invalid_request_object"


def test_unregistered_redirect_address_inside_is_not_gone_to(signing):
    """RFC 6749 §4.1.2.1."""
    scene = signing()

    send(scene, packed(scene.rp, inside={"redirect_uri": "https://evil.example/"}))

    assert not scene.browser.left_for
    assert scene.browser.status == 400


def test_broken_object_without_an_address_outside_stays_with_us(signing):
    scene = signing()

    send(scene, packed(scene.rp, client_key("RS256", "stranger")))

    assert not scene.browser.left_for
    assert scene.browser.status == 400


def test_assertion_is_no_request(signing):
    """RFC 9101 §10.8: another JWT of the client, used as a request object, asks for nothing new."""
    scene = signing()
    assertion = RIG.sign(assertion_claims(scene.rp.client_id, f"{scene.rp.issuer}/token"))

    assert refused(scene, outside={"request": assertion}) == "invalid_request_object"


@pytest.mark.parametrize("typ", ["at+jwt", "dpop+jwt", "client-authentication+jwt", "x", 7])
def test_another_kind_of_token_is_no_request(signing, typ):
    """RFC 9101 §10.8, RFC 8725 §3.11."""
    assert refused(signing(), header={"typ": typ}) == "invalid_request_object"


@pytest.mark.parametrize(
    "typ", [None, "JWT", "jwt", "oauth-authz-req+jwt", "application/oauth-authz-req+jwt"]
)
def test_request_may_say_that_it_is_one(signing, typ):
    """RFC 9101 §10.8; the certification suite sends none or its own (protocol.md 7.2)."""
    scene = signing()

    assert code(scene, packed(scene.rp, header={"typ": typ}))


def test_encrypted_object_is_opened(signing):
    """OIDC Core §6.1: signed, then encrypted to a key of ours."""
    scene = signing(request_object_encryption_alg="RSA-OAEP")
    published = scene.rp.transport.send("GET", scene.rp.metadata["jwks_uri"]).json["keys"]
    ours = next(key for key in published if key["use"] == "enc" and key["kty"] == "RSA")
    parameters = packed(scene.rp)
    header = {"alg": "RSA-OAEP", "enc": "A128CBC-HS256", "kid": ours["kid"], "cty": "JWT"}
    parameters["request"] = jwe.encrypt_compact(
        header,
        parameters["request"],
        RSAKey.import_key(ours),
        algorithms=["RSA-OAEP", "A128CBC-HS256"],
    )

    assert code(scene, parameters)
