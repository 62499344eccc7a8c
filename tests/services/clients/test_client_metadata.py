"""The one schema of a client: the same table of bad values for form, command line and import."""

from __future__ import annotations

import pytest

from app.errors import InvalidInput
from app.services.clients.client_metadata import KINDS, kind_of, validate
from app.services.clients.client_schema import POLICY, ClientMetadata

GOOD = {
    **KINDS["web"],
    "client_name": "Photo Box",
    "redirect_uris": ["https://photos.example/cb"],
}

#: security.md RU03, BCP 2.6, OIDC Registration §2: what may never be registered, for any kind.
BAD_ADDRESSES = (
    "",
    "/callback",
    "photos.example/callback",
    "http://photos.example/callback",
    "http://192.0.2.7/callback",
    "http://localhost.evil.example/callback",
    "https://photos.example/callback#fragment",
    "https://photos.example/#",
    "https://ada:secret@photos.example/callback",
    "https://photos.example@evil.example/callback",
    "http://ada@localhost/callback",
    "https://*.photos.example/callback",
    "https://photos.example/*",
    "https://photos/callback",
    "https:///callback",
    "https://bücher.example/callback",
    "https://photos.example/call back",
    "https://photos.example/\ncallback",
    "https://photos.example\\@evil.example/",
    "https://photos.example/\0",
    "https://[::1/callback",
    "https://photos.example/cb?code=fixed",
    "https://photos.example/cb?error=x&state=1",
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "data:text/html,hello",
    "vbscript:x",
    "blob:https://photos.example/x",
    "file:///etc/passwd",
    "about:blank",
    "ws://photos.example/",
    "mailto:ada@photos.example",
    "myapp:/callback",
    f"https://photos.example/{'x' * 2000}",
)
NATIVE_ONLY = ("com.example.app:/callback", "com.example.app://oauth")


def refused(**members):
    """Return the member that is blamed, and the words."""
    with pytest.raises(InvalidInput) as caught:
        validate({**GOOD, **members})
    return caught.value.field, caught.value.public


@pytest.mark.parametrize("member", ["redirect_uris", "post_logout_redirect_uris"])
@pytest.mark.parametrize("kind", ["web", "spa", "native"])
@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_bad_address_is_refused_at_its_member(address, kind, member):
    """security.md RU03: one validator, whatever the kind."""
    blamed, words = refused(**KINDS[kind], **{member: ["https://photos.example/ok", address]})

    assert blamed == member
    assert words


@pytest.mark.parametrize("response_type", ["id_token", "token id_token", "code token"])
@pytest.mark.parametrize("host", ["http://localhost", "https://localhost", "http://127.0.0.1:5000"])
def test_tokens_in_the_url_are_not_sent_to_a_persons_machine(db, make_app, host, response_type):
    """OIDC Registration §2, application_type: https, and no localhost, for web applications."""
    wanted = {"response_types": [response_type], "redirect_uris": [f"{host}/cb"]}

    assert refused(**wanted)[0] == "redirect_uris"
    assert validate({**GOOD, **wanted, "response_types": ["code"]})
    assert validate({**GOOD, **wanted, "application_type": "native"})
    with make_app(issuer="http://localhost:8000").app_context():
        assert validate({**GOOD, **wanted})


@pytest.mark.parametrize(
    ("method", "alg"), [("client_secret_jwt", "RS256"), ("private_key_jwt", "HS256")]
)
def test_method_and_algorithm_belong_together(method, alg):
    """OIDC Registration §2; protocol.md 12: only where an algorithm applies."""
    wanted = {"jwks_uri": "https://photos.example/jwks", "token_endpoint_auth_signing_alg": alg}

    blamed, _ = refused(**wanted, token_endpoint_auth_method=method)
    assert blamed == "token_endpoint_auth_signing_alg"
    for other in {"client_secret_jwt", "private_key_jwt", "client_secret_basic"} - {method}:
        assert validate({**GOOD, **wanted, "token_endpoint_auth_method": other})


@pytest.mark.parametrize("address", NATIVE_ONLY)
def test_scheme_of_its_own_is_for_installed_applications(address):
    """RFC 8252 §7.1: private-use schemes are reversed domain names."""
    assert validate({**GOOD, **KINDS["native"], "redirect_uris": [address]})
    assert refused(redirect_uris=[address])[0] == "redirect_uris"


@pytest.mark.parametrize(
    "address",
    [
        "https://photos.example",
        "https://photos.example:8443/cb?tenant=1",
        "https://xn--bcher-kva.example/cb",
        "http://localhost:3000/cb",
        "http://127.0.0.1/cb",
        "http://[::1]:8080/cb",
    ],
)
def test_good_address_is_kept_as_it_is(address):
    assert validate({**GOOD, "redirect_uris": [address]}).redirect_uris == [address]


@pytest.mark.parametrize(
    ("members", "blamed"),
    [
        ({"client_name": ""}, "client_name"),
        ({"client_name": "   "}, "client_name"),
        ({"client_name": "x" * 61}, "client_name"),
        ({"client_name": "two\nlines"}, "client_name"),
        ({"client_name": "Safe\u202egpj"}, "client_name"),
        ({"client_name": "zero\u200bwidth"}, "client_name"),
        ({"client_name": "nul\0"}, "client_name"),
        ({"client_name": None}, "client_name"),
        ({"redirect_uris": []}, "redirect_uris"),
        ({"redirect_uris": "https://photos.example/cb"}, "redirect_uris"),
        ({"redirect_uris": ["https://photos.example/cb"] * 2}, "redirect_uris"),
        ({"redirect_uris": [f"https://photos.example/{n}" for n in range(51)]}, "redirect_uris"),
        ({"client_uri": "http://photos.example"}, "client_uri"),
        ({"client_uri": "javascript:alert(1)"}, "client_uri"),
        ({"policy_uri": "https://"}, "policy_uri"),
        ({"tos_uri": "https://photos.example/ x"}, "tos_uri"),
        ({"contacts": ["ada\u202e@photos.example"]}, "contacts"),
        ({"contacts": ["x" * 255]}, "contacts"),
        ({"contacts": ["ada@photos.example"] * 11}, "contacts"),
        ({"audience": ["https://api.example/ x"]}, "audience"),
        ({"grant_types": []}, "grant_types"),
        ({"grant_types": ["password"]}, "grant_types"),
        ({"response_types": ["token"]}, "response_types"),
        ({"token_endpoint_auth_method": "tls_client_auth"}, "token_endpoint_auth_method"),
        ({"id_token_signed_response_alg": "none"}, "id_token_signed_response_alg"),
        ({"id_token_signed_response_alg": "HS256"}, "id_token_signed_response_alg"),
        ({"scope": 'open"id'}, "scope"),
        ({"scope": "öffnen"}, "scope"),
        ({"scope": "x" * 1001}, "scope"),
        ({"required_scopes": ["phone"]}, "required_scopes"),
        ({"required_scopes": "email"}, "required_scopes"),
        ({"scope": "openid", "required_scopes": ["email"]}, "required_scopes"),
        ({"access_token_lifetime": 59}, "access_token_lifetime"),
        ({"access_token_lifetime": 3601}, "access_token_lifetime"),
        ({"default_max_age": -1}, "default_max_age"),
        ({"default_max_age": 10**30}, "default_max_age"),
        ({"trusted": "maybe"}, "trusted"),
    ],
)
def test_bad_member_is_named_in_plain_words(members, blamed):
    """security.md RG05: bounded, no control characters, no bidi overrides, https alone."""
    field, words = refused(**members)

    assert field == blamed
    assert words.endswith(".")
    for jargon in ("Input should", "String should", "List should", "Value error"):
        assert jargon not in words


def test_client_without_a_secret_needs_pkce_and_may_not_introspect():
    made = validate({**GOOD, **KINDS["spa"], "pkce_required": False, "introspects": True})

    assert made.pkce_required
    assert not made.introspects


def test_client_without_a_secret_gets_no_tokens_for_itself():
    """RFC 6749 §4.4: the client credentials grant is for confidential clients."""
    assert refused(**{**KINDS["spa"], "grant_types": ["client_credentials"]})[0] == "grant_types"


def test_machine_answers_no_authorization_request():
    made = validate({**KINDS["machine"], "client_name": "Backup"})

    assert made.response_types == []
    assert made.redirect_uris == []


def test_device_answers_no_authorization_request_and_has_no_sector():
    """RFC 8628 §3; OIDC Core §8.1: nothing would show that it belongs to a sector it names."""
    made = validate({**KINDS["device"], "client_name": "Big Screen"})
    assert made.response_types == []
    assert made.redirect_uris == []

    sector = {"subject_type": "pairwise", "sector_identifier_uri": "https://somebody.example/rp"}
    members = {**KINDS["device"], **sector, "redirect_uris": []}
    assert refused(**members)[0] == "subject_type"


@pytest.mark.parametrize("kind", KINDS)
def test_kind_is_known_again_from_the_registration(kind):
    made = validate({**GOOD, **KINDS[kind]})

    assert kind_of(made.model_dump()) == kind


def test_registration_comes_back_as_it_is():
    """security.md RG04: read, write back, nothing is reset."""
    made = validate({**GOOD, "trusted": True, "access_token_lifetime": 90, "scope": "b a openid"})

    assert validate(made.model_dump(mode="json")) == made


def test_unknown_members_are_left_out():
    """RFC 7591 §2: what is not understood is ignored, and never stored."""
    made = validate({**GOOD, "is_admin": True, "client_id": "mine", "rank": "http://inside/"})

    assert not {"is_admin", "client_id", "rank"} & set(made.model_dump())


def test_required_is_kept_in_order_and_without_what_always_is():
    """ux.md 2.8: openid is required without being named."""
    made = validate({**GOOD, "scope": "openid email phone", "required_scopes": ["phone", "openid"]})
    assert made.required_scopes == ["phone"]

    words = refused(required_scopes=["phone"])[1]
    assert words == "It may not even ask for phone: allow that first, or leave it out."


def test_policy_is_what_the_schema_knows():
    assert set(ClientMetadata.model_fields) > POLICY
