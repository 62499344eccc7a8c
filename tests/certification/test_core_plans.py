"""Basic, Implicit, Hybrid and the three Form Post plans (protocol.md 3 and 4)."""

from __future__ import annotations

import json

import pytest

from tests.oidc.conftest import error_of

pytestmark = pytest.mark.one_engine

TYPES = ["code", "id_token", "id_token token", "code id_token", "code token", "code id_token token"]
WITH_CODE = [one for one in TYPES if "code" in one]
WITH_ACCESS = [one for one in TYPES if one != "id_token"]
MODES = [None, "form_post"]
PROFILE = {
    "name", "given_name", "family_name", "middle_name", "nickname", "profile", "picture",
    "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at", "preferred_username",
}  # fmt: skip
SCOPES = {
    "profile": PROFILE,
    "email": {"email", "email_verified"},
    "address": {"address"},
    "phone": {"phone_number", "phone_number_verified"},
}
ONE_SECOND = {"seconds": 1}

every_type = pytest.mark.parametrize("response_type", TYPES)
with_code = pytest.mark.parametrize("response_type", WITH_CODE)
with_access = pytest.mark.parametrize("response_type", WITH_ACCESS)
every_mode = pytest.mark.parametrize("mode", MODES)


@every_mode
@every_type
def test_server(rig, response_type, mode):
    """oidcc-server."""
    made = rig(response_type, mode).succeed()

    assert "name" not in made["claims"]


@with_code
def test_server_client_secret_post(rig, response_type):
    """oidcc-server-client-secret-post."""
    rig(response_type, token_endpoint_auth_method="client_secret_post").succeed()


@every_mode
def test_response_type_missing(rig, mode):
    """oidcc-response-type-missing."""
    assert rig("code", mode).error(response_type=None) in {
        "invalid_request",
        "unsupported_response_type",
    }


@with_access
@pytest.mark.parametrize("way", ["get", "post", "body"])
def test_userinfo(rig, response_type, way):
    """oidcc-userinfo-get, -post-header, -post-body."""
    client = rig(response_type)
    made = client.succeed()

    assert client.userinfo(made["access_token"], sub=made["claims"]["sub"], way=way)


@pytest.mark.parametrize("response_type", ["code", "code token"])
def test_request_without_nonce_succeeds(rig, response_type):
    """oidcc-ensure-request-without-nonce-succeeds-for-code-flow."""
    assert "nonce" not in rig(response_type).succeed(nonce=None)["claims"]


@every_mode
@pytest.mark.parametrize("response_type", [one for one in TYPES if "id_token" in one])
def test_request_without_nonce_fails(rig, response_type, mode):
    """oidcc-ensure-request-without-nonce-fails."""
    assert rig(response_type, mode).error(nonce=None) == "invalid_request"


@every_type
@pytest.mark.parametrize("scope", [*SCOPES, "all"])
def test_scope(rig, response_type, scope):
    """oidcc-scope-profile, -email, -address, -phone, -all (protocol.md 2.9)."""
    wanted = list(SCOPES) if scope == "all" else [scope]
    made = rig(response_type).succeed(scope=" ".join(["openid", *wanted]))

    told = made["claims"] if response_type == "id_token" else made["userinfo"]
    for name in wanted:
        assert SCOPES[name] <= set(told)
    if scope == "email":
        assert "name" not in told


@with_code
def test_alternate_happy_flow(rig, response_type):
    """oidcc-alternate-happy-flow: scopes in another order."""
    assert "email" in rig(response_type).succeed(scope="email openid")["userinfo"]


@every_type
@pytest.mark.parametrize(
    "parameters",
    [
        {"display": "page"},
        {"display": "popup"},
        {"extra": "foobar"},
        {"login_hint": "buffy@id.example"},
        {"ui_locales": "se"},
        {"claims_locales": "se"},
        {"state": None},
        {"state": "a" * 122 + "-._~-."},
    ],
)
def test_request_is_answered_with(rig, response_type, parameters):
    """oidcc-display-page, -popup, -unknown-parameter, -login-hint, -ui-locales, -claims-locales."""
    rig(response_type).succeed(**parameters)


@every_type
def test_prompt_login(rig, response_type, clock):
    """oidcc-prompt-login: a page, and a later auth_time."""
    client = rig(response_type)
    first = client.succeed()
    clock.move(**ONE_SECOND)

    second = client.succeed(prompt="login")

    assert client.signed_in == 2
    assert second["claims"]["auth_time"] > first["claims"]["auth_time"]


@every_mode
@every_type
def test_prompt_none_not_logged_in(rig, response_type, mode):
    """oidcc-prompt-none-not-logged-in."""
    assert rig(response_type, mode).error(prompt="none", state="s" * 128) == "login_required"


@every_type
def test_prompt_none_logged_in(rig, response_type, clock):
    """oidcc-prompt-none-logged-in: no page at all."""
    client = rig(response_type)
    first = client.succeed()
    clock.move(**ONE_SECOND)

    second = client.succeed(prompt="none")

    assert client.signed_in == 1
    for name in ("sub", "auth_time"):
        assert second["claims"][name] == first["claims"][name]


@every_type
def test_max_age_1(rig, response_type, clock):
    """oidcc-max-age-1."""
    client = rig(response_type)
    first = client.succeed()
    clock.move(seconds=2)

    second = client.succeed(max_age="1")

    assert client.signed_in == 2
    assert second["claims"]["auth_time"] > first["claims"]["auth_time"]


@every_type
def test_max_age_10000(rig, response_type, clock):
    """oidcc-max-age-10000."""
    client = rig(response_type)
    first = client.succeed(max_age="15000")
    clock.move(**ONE_SECOND)

    second = client.succeed(max_age="10000")

    assert client.signed_in == 1
    assert second["claims"]["auth_time"] == first["claims"]["auth_time"]


@every_type
def test_id_token_hint(rig, response_type):
    """oidcc-id-token-hint."""
    client = rig(response_type)
    first = client.succeed()
    hint = first["response"].get("id_token") or first["tokens"]["id_token"]

    second = client.succeed(prompt="none", id_token_hint=hint)

    assert second["claims"]["sub"] == first["claims"]["sub"]


@every_type
def test_acr_values(rig, response_type):
    """oidcc-ensure-request-with-acr-values-succeeds."""
    client = rig(response_type)
    offered = client.rp.metadata["acr_values_supported"]

    assert client.succeed(acr_values=" ".join(offered))["claims"]["acr"] in offered


@with_code
@pytest.mark.parametrize("later", [0, 30])
def test_code_reuse(rig, response_type, clock, later):
    """oidcc-codereuse, oidcc-codereuse-30seconds: and what it gave is dead."""
    client = rig(response_type)
    made = client.succeed()
    clock.move(seconds=later)

    answer = client.rp.redeem(made["response"]["code"], code_verifier=None)

    assert error_of(answer) == "invalid_grant"
    assert 400 <= client.rp.userinfo(made["access_token"]).status < 500


@every_type
def test_unregistered_redirect_uri(rig, response_type):
    """oidcc-ensure-registered-redirect-uri."""
    client = rig(response_type)

    client.is_refused_here(redirect_uri=f"{client.rp.redirect_uri}/x7Gh2")


@every_type
def test_post_request(rig, response_type):
    """oidcc-ensure-post-request-succeeds: from another site, without a cookie."""
    rig(response_type).send(method="POST")


@every_type
def test_claims_essential(rig, response_type):
    """oidcc-claims-essential."""
    client = rig(response_type)
    place = "id_token" if response_type == "id_token" else "userinfo"
    client.asked = {"name": "yes"} if place == "id_token" else {}

    made = client.succeed(claims=json.dumps({place: {"name": {"essential": True}}}))

    assert (made["claims"] if place == "id_token" else made["userinfo"])["name"] == "Jane Doe"
    assert ("name" in made["claims"]) == (place == "id_token")


@with_code
def test_valid_pkce(rig, response_type):
    """oidcc-ensure-request-with-valid-pkce-succeeds."""
    client = rig(response_type)
    parameters = client.rp.request()
    challenge = parameters["code_challenge"]
    verifier = client.rp.sent.verifier

    code = client.send(code_challenge=challenge, code_challenge_method="S256")["code"]

    assert client.rp.redeem(code, code_verifier=verifier).status == 200
