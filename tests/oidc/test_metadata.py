"""Discovery: everything that works is listed, and everything listed works."""

from __future__ import annotations

import pytest

from app.oidc.authorization_request import PROMPTS
from app.security.jose import ALGORITHMS
from tests.oidc.conftest import Scene
from tests.signing import client_key
from tests.transports import FlaskTransport

WELL_KNOWN = ("openid-configuration", "oauth-authorization-server")


@pytest.mark.parametrize("name", WELL_KNOWN)
def test_both_documents_are_the_same_and_may_be_kept(http, settings, name: str) -> None:
    """OIDC Discovery §4, RFC 8414 §3; security.md DI04."""
    answer = http.get(f"/.well-known/{name}")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert "max-age" in answer.headers["Cache-Control"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.json["issuer"] == settings.issuer
    again = http.get(f"/.well-known/{name}", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""


@pytest.mark.parametrize(
    ("sent", "status"),
    [("W/{}", 304), ('"other", {}', 304), ("*", 304), ('"other"', 200), ('W/"x"', 200)],
)
def test_copy_is_known_by_a_list_of_tags(http, sent: str, status: int) -> None:
    """RFC 9110 §13.1.2: compared weakly; a proxy that compresses weakens them."""
    tag = http.get("/jwks.json").headers["ETag"]

    answer = http.get("/jwks.json", headers={"If-None-Match": sent.format(tag)})

    assert answer.status_code == status


def test_metadata_holds_no_null_and_only_own_addresses(http, settings) -> None:
    """protocol.md 2.2: arrays of strings, no null, https."""
    document = http.get("/.well-known/openid-configuration").json

    for name, value in document.items():
        assert value is not None
        if name.endswith(("_endpoint", "_uri")):
            assert value.startswith(f"{settings.issuer}/")
        if name.endswith("_supported") and not isinstance(value, bool):
            assert value
            assert all(isinstance(entry, str) for entry in value)


def test_every_scope_and_response_mode_listed_works(make_scene) -> None:
    """security.md DI02."""
    scene = make_scene()
    document = scene.rp.metadata
    assert (
        scene.tokens(scope=" ".join(document["scopes_supported"]))["scope"].split()
        == (document["scopes_supported"])
    )
    for mode in document["response_modes_supported"]:
        scene.rp.authorize(scene.browser, response_mode=mode)
        assert scene.browser.left_for
    for alg in document["id_token_signing_alg_values_supported"]:
        assert make_scene(id_token_signed_response_alg=alg).id_token(alg=alg)


def test_every_authentication_method_listed_works(make_scene) -> None:
    """security.md DI02."""
    for method in make_scene().rp.metadata["token_endpoint_auth_methods_supported"]:
        scene = make_scene(token_endpoint_auth_method=method, jwks=client_key().jwks)
        assert scene.tokens(), method


def test_every_prompt_listed_is_understood(scene: Scene) -> None:
    """prompt_values_supported: Initiating User Registration 1.0 §3."""
    assert set(scene.rp.metadata["prompt_values_supported"]) == set(PROMPTS)
    for prompt in PROMPTS:
        answer = scene.rp.transport.send(
            "GET",
            scene.rp.authorization_url(prompt=prompt),
            headers=scene.browser.cookie_header(),
        )
        assert "error" not in answer.headers["location"]


def test_key_set_holds_public_members_alone(http) -> None:
    """RFC 7517 §9.3, security.md DI03: kid and use on each, alg where it signs, no secrets."""
    published = http.get("/jwks.json").json["keys"]

    assert len({key["kid"] for key in published}) == len(published) == 12
    assert [key["use"] for key in published] == ["sig"] * 8 + ["enc"] * 4
    for key in published:
        assert key.get("alg") in (set(ALGORITHMS) if key["use"] == "sig" else {None})
        assert not {"d", "p", "q", "dp", "dq", "qi", "k"}.intersection(key)
        assert "=" not in key.get("n", key.get("x"))


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/jwks.json"])
def test_documents_answer_preflight_head_and_nothing_else(http, path: str) -> None:
    """security.md DI04."""
    assert http.options(path).headers["Access-Control-Allow-Origin"] == "*"
    head = http.head(path)
    assert head.status_code == 200
    assert head.data == b""
    assert http.post(path).status_code == 405


@pytest.mark.parametrize(
    "host",
    ["evil.example", "id.example.evil.example", "id.example:444", "", "localhost", "id.example@x"],
)
def test_unknown_host_gets_nothing(http, host: str) -> None:
    """security.md DI01: refused before routing."""
    for path in ("/.well-known/openid-configuration", "/login/sign-in", "/token"):
        answer = http.get(path, base_url="https://id.example", headers={"Host": host})
        assert answer.status_code in {400, 421}


def test_only_the_health_pages_answer_any_host(http) -> None:
    """security.md DI01: nothing beside them, however the path is written."""
    for path in ("/health//live", "/health/", "/health/../token", "//health/live"):
        answer = http.get(path, headers={"Host": "evil.example"})
        assert answer.status_code == 421
        assert "Location" not in answer.headers


def test_forwarded_headers_change_nothing(http) -> None:
    """security.md DI01, LG09: no proxy is trusted unless the settings say so."""
    plain = http.get("/.well-known/openid-configuration").data
    headers = {
        "X-Forwarded-Host": "evil.example",
        "Forwarded": "host=evil",
        "X-Forwarded-Proto": "http",
    }

    assert http.get("/.well-known/openid-configuration", headers=headers).data == plain


#: OIDC Discovery, RFC 8414, RFC 8628, logout and session specifications, RFC 9207, prompt values.
KNOWN = {
    "acr_values_supported", "authorization_endpoint", "check_session_iframe",
    "authorization_response_iss_parameter_supported", "backchannel_logout_session_supported",
    "backchannel_logout_supported", "claim_types_supported", "claims_locales_supported",
    "claims_parameter_supported", "claims_supported", "code_challenge_methods_supported",
    "device_authorization_endpoint", "display_values_supported", "end_session_endpoint",
    "frontchannel_logout_session_supported",
    "frontchannel_logout_supported", "grant_types_supported",
    "id_token_encryption_alg_values_supported", "id_token_encryption_enc_values_supported",
    "id_token_signing_alg_values_supported", "introspection_endpoint",
    "introspection_endpoint_auth_methods_supported",
    "introspection_endpoint_auth_signing_alg_values_supported", "issuer", "jwks_uri",
    "op_policy_uri", "op_tos_uri", "prompt_values_supported", "registration_endpoint",
    "request_object_encryption_alg_values_supported",
    "request_object_encryption_enc_values_supported",
    "request_object_signing_alg_values_supported", "request_parameter_supported",
    "request_uri_parameter_supported", "require_request_uri_registration",
    "response_modes_supported", "response_types_supported", "revocation_endpoint",
    "revocation_endpoint_auth_methods_supported",
    "revocation_endpoint_auth_signing_alg_values_supported", "scopes_supported",
    "service_documentation", "subject_types_supported", "token_endpoint",
    "token_endpoint_auth_methods_supported", "token_endpoint_auth_signing_alg_values_supported",
    "ui_locales_supported", "userinfo_encryption_alg_values_supported",
    "userinfo_encryption_enc_values_supported", "userinfo_endpoint",
    "userinfo_signing_alg_values_supported",
}  # fmt: skip
BOOLEANS = ("_parameter_supported", "_logout_supported", "_session_supported", "_registration")


def test_members_are_known_and_of_their_types(make_app, settings) -> None:
    """protocol.md 2.2: an unknown member is a warning, a wrong type a failure; never null."""
    app = make_app(registration="open", legacy_response_types=True, session_iframe=True)
    answer = FlaskTransport(app).send("GET", f"{settings.issuer}/.well-known/openid-configuration")

    for name, value in answer.json.items():
        assert name in KNOWN, name
        if name.endswith(BOOLEANS):
            assert value is True, name
        elif name.endswith("_supported"):
            assert value, name
            assert all(isinstance(one, str) and one for one in value), name
            assert len(set(value)) == len(value), name
        else:
            assert value.startswith("https://"), name
    assert "none" not in str(answer.json["request_object_signing_alg_values_supported"])
    assert {"code", "id_token", "id_token token"} <= set(answer.json["response_types_supported"])
    assert {"authorization_code", "implicit", "refresh_token"} <= set(
        answer.json["grant_types_supported"]
    )
