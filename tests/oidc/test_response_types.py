"""Implicit and hybrid flows (OIDC Core §3.2 and §3.3, OAuth 2.0 Multiple Response Types)."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.oidc.conftest import ALL_SCOPES
from tests.oidc.request_objects import RIG, packed, send
from tests.secrets_seen import remember
from tests.transports import FlaskTransport

LEGACY = ["id_token", "id_token token", "code id_token", "code token", "code id_token token"]
WITH_ID_TOKEN = [one for one in LEGACY if "id_token" in one]
WITH_CODE = [one for one in LEGACY if "code" in one]
REGISTERED = {
    "response_types": ["code", *LEGACY],
    "grant_types": ["authorization_code", "implicit", "refresh_token"],
    "pkce_required": False,
}
ACCESS = {"access_token", "token_type", "expires_in", "scope"}


@pytest.fixture
def transport(make_app):
    """Return the way to a provider that offers the legacy response types."""
    return FlaskTransport(make_app(legacy_response_types=True))


@pytest.fixture
def legacy(make_scene):
    """Return a scene whose client is registered for every response type."""
    return make_scene(**REGISTERED)


def ask(scene, response_type, **changes):
    """Send a request; return what came back, and where: `query`, `fragment` or `form_post`."""
    scene.rp.authorize(scene.browser, response_type=response_type, **changes)
    parts = urlsplit(scene.browser.left_for)
    if scene.browser.posted:
        assert not parts.query
        place, pairs = "form_post", list(scene.browser.posted.items())
    else:
        assert not (parts.query and parts.fragment), "protocol.md 2.4: one place alone"
        place = "fragment" if parts.fragment else "query"
        pairs = parse_qsl(parts.fragment or parts.query, keep_blank_values=True)
    received = dict(pairs)
    assert len(received) == len(pairs)
    assert received["iss"] == scene.rp.issuer, "RFC 9207; protocol.md 12: beside the rest"
    assert received.get("state") == scene.rp.sent.get("state")
    for name in ("code", "access_token", "id_token"):
        remember(received.get(name, ""))
    return received, place


def verified(scene, received):
    """Return the claims of an ID token that came through the browser, hashes checked."""
    return scene.rp.verify_id_token(
        received["id_token"],
        access_token=received.get("access_token", ""),
        code=received.get("code", ""),
    )


@pytest.mark.parametrize("response_type", LEGACY)
def test_answer_holds_what_was_asked_for_in_the_fragment(legacy, response_type):
    """Multiple Response Types §3 and §5."""
    received, place = ask(legacy, response_type)

    words = response_type.split()
    expected = {"state", "iss"}
    expected |= {"code"} if "code" in words else set()
    expected |= {"id_token"} if "id_token" in words else set()
    expected |= ACCESS if "token" in words else set()
    assert set(received) == expected
    assert place == "fragment"


@pytest.mark.parametrize("response_type", LEGACY)
def test_form_post_carries_the_same(legacy, response_type):
    """OAuth 2.0 Form Post Response Mode §2."""
    received, place = ask(legacy, response_type, response_mode="form_post")

    assert place == "form_post"
    assert {"code", "id_token", "access_token"}.intersection(received)


@pytest.mark.parametrize("response_type", WITH_ID_TOKEN)
def test_id_token_is_bound_to_what_comes_with_it(legacy, response_type):
    """OIDC Core §3.2.2.9 and §3.3.2.11: at_hash with a token, c_hash with a code."""
    received, _ = ask(legacy, response_type)
    claims = verified(legacy, received)

    assert ("at_hash" in claims) == ("token" in response_type.split())
    assert ("c_hash" in claims) == ("code" in response_type.split())
    assert claims["nonce"] == legacy.rp.sent.get("nonce")
    assert claims["sid"] == legacy.session.sid


def test_scope_claims_are_in_the_id_token_when_there_is_no_access_token(legacy):
    """OIDC Core §5.4; protocol.md 2.9."""
    received, _ = ask(legacy, "id_token", scope=ALL_SCOPES)
    claims = verified(legacy, received)

    assert claims["email"] == legacy.person.email
    assert claims["sub"] == legacy.person.subject


@pytest.mark.parametrize(
    "response_type", ["id_token token", "code id_token", "code id_token token"]
)
def test_id_token_stays_small_otherwise(legacy, response_type):
    """protocol.md 2.7: email in it warns."""
    received, _ = ask(legacy, response_type, scope=ALL_SCOPES)

    assert not {"email", "name", "address"}.intersection(verified(legacy, received))


@pytest.mark.parametrize("response_type", ["id_token token", "code token", "code id_token token"])
def test_access_token_opens_userinfo(legacy, response_type):
    received, _ = ask(legacy, response_type)

    assert received["token_type"] == "Bearer"
    assert int(received["expires_in"]) > 0
    answer = legacy.rp.userinfo(received["access_token"])
    assert answer.json["sub"] == legacy.person.subject


@pytest.mark.parametrize("response_type", WITH_CODE)
def test_code_is_redeemed_for_the_same_subject(legacy, response_type):
    """OIDC Core §3.3.3.6."""
    received, _ = ask(legacy, response_type)
    answer = legacy.rp.redeem(received["code"])

    assert answer.status == 200, answer.text
    tokens = answer.json
    second = legacy.rp.verify_id_token(tokens["id_token"], access_token=tokens["access_token"])
    if "id_token" in received:
        first = verified(legacy, received)
        assert (first["iss"], first["sub"]) == (second["iss"], second["sub"])
    assert "refresh_token" in tokens


def test_replayed_code_kills_the_token_that_came_with_it(legacy):
    """RFC 6749 §4.1.2: one family."""
    received, _ = ask(legacy, "code token")
    legacy.rp.redeem(received["code"])
    legacy.rp.redeem(received["code"])

    assert legacy.rp.userinfo(received["access_token"]).status == 401


def test_opaque_access_tokens_come_through_as_well(make_scene):
    scene = make_scene(**REGISTERED, access_token_format="opaque")
    received, _ = ask(scene, "id_token token")

    assert received["access_token"].startswith("swx_at_")
    assert scene.rp.userinfo(received["access_token"]).status == 200


@pytest.mark.parametrize("response_type", ["token id_token code", "id_token code token"])
def test_order_of_the_words_has_no_meaning(legacy, response_type):
    """Multiple Response Types §3."""
    received, _ = ask(legacy, response_type)

    assert {"code", "id_token", "access_token"}.issubset(received)


@pytest.mark.parametrize("response_type", WITH_ID_TOKEN)
def test_nonce_is_needed_where_the_id_token_travels_through_the_browser(legacy, response_type):
    """OIDC Core §3.2.2.1; protocol.md 3, request-without-nonce-fails."""
    received, place = ask(legacy, response_type, nonce=None)

    assert (received["error"], place) == ("invalid_request", "fragment")


@pytest.mark.parametrize("response_type", WITH_ID_TOKEN)
def test_id_token_needs_the_openid_scope(legacy, response_type):
    """OIDC Core §3.1.2.1: without openid it is no OpenID Connect request."""
    assert ask(legacy, response_type, scope="profile")[0]["error"] == "invalid_scope"


def test_nonce_is_optional_for_code_token(legacy):
    """protocol.md 4."""
    assert "code" in ask(legacy, "code token", nonce=None)[0]


@pytest.mark.parametrize("response_type", LEGACY)
def test_tokens_never_stand_in_a_query(legacy, response_type):
    """Multiple Response Types §5: refused, and the answer is in the fragment."""
    received, place = ask(legacy, response_type, response_mode="query")

    assert (received["error"], place) == ("invalid_request", "fragment")


@pytest.mark.parametrize(("mode", "place"), [(None, "fragment"), ("form_post", "form_post")])
def test_errors_travel_as_the_tokens_would_have(legacy, mode, place):
    """protocol.md 2.4 and 2.5."""
    legacy.browser.jar.clear()
    received, found = ask(legacy, "code id_token", prompt="none", response_mode=mode)

    assert (received["error"], found) == ("login_required", place)


@pytest.mark.parametrize(("mode", "place"), [(None, "query"), ("form_post", "form_post")])
@pytest.mark.parametrize("response_type", [None, "token", "code code", "none"])
def test_unknown_and_missing_types_are_told_in_the_query(legacy, response_type, mode, place):
    """protocol.md 3, response-type-missing."""
    received, found = ask(legacy, response_type, response_mode=mode)

    assert received["error"] in {"unsupported_response_type", "invalid_request"}
    assert found == place


def test_client_gets_only_what_it_is_registered_for(make_scene):
    scene = make_scene()

    assert ask(scene, "id_token token")[0]["error"] == "unauthorized_client"


def test_switched_off_by_default(app, make_scene, settings):
    """README decisions: off by default, and not in discovery."""
    scene = make_scene(**REGISTERED)
    off = FlaskTransport(app)
    scene.browser.transport = off

    assert ask(scene, "id_token token")[0]["error"] == "unsupported_response_type"
    document = off.send("GET", f"{settings.issuer}/.well-known/openid-configuration").json
    assert document["response_types_supported"] == ["code"]
    assert "implicit" not in document["grant_types_supported"]


def test_discovery_lists_them_when_they_are_on(legacy):
    """protocol.md 2.2: the Dynamic minimum."""
    document = legacy.rp.metadata

    assert {"code", "id_token", "id_token token"}.issubset(document["response_types_supported"])
    assert {"authorization_code", "implicit"}.issubset(document["grant_types_supported"])


@pytest.mark.parametrize("response_type", ["id_token token", "code token"])
def test_offline_access_comes_with_a_code_alone(legacy, response_type):
    """OIDC Core §11: a token without a refresh token behind it ends with the session."""
    received, _ = ask(legacy, response_type, scope="openid offline_access")

    assert ("offline_access" in received["scope"].split()) == ("code" in response_type)


def test_offline_access_is_for_who_may_refresh(make_scene):
    """OIDC Core §11."""
    scene = make_scene(grant_types=["authorization_code"])

    assert scene.tokens(scope="openid offline_access")["scope"] == "openid"


@pytest.mark.parametrize("inside", ["id_token code", " code  id_token"])
def test_signed_request_may_name_the_words_in_another_order(make_scene, inside):
    """Multiple Response Types §3, OIDC Core §6.1: the same response type as outside."""
    scene = make_scene(**REGISTERED, jwks=RIG.jwks)
    outside = {"response_type": "code id_token"}

    send(scene, packed(scene.rp, inside={"response_type": inside}, outside=outside))

    assert "id_token=" in urlsplit(scene.browser.left_for).fragment
