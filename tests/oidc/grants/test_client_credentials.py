"""Client credentials: a token for the client itself, and for nobody else."""

from __future__ import annotations

import jwt

from tests import factories
from tests.oidc.conftest import error_of


def test_client_gets_a_jwt_for_itself(db, make_rp, settings) -> None:
    """RFC 6749 §4.4, RFC 9068 §2.2."""
    rp = make_rp(factories.client("machine", scope="photos:read photos:write"))

    answer = rp.client_credentials(scope="photos:read admin").json

    assert answer["scope"] == "photos:read"
    assert "refresh_token" not in answer
    assert "id_token" not in answer
    token = answer["access_token"]
    assert jwt.get_unverified_header(token)["typ"] == "at+jwt"
    key = rp.keys()[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key, algorithms=["ES256"], audience=settings.issuer)
    assert claims["sub"] == claims["client_id"] == rp.client_id
    assert claims["iss"] == claims["aud"] == settings.issuer


def test_scope_of_somebody_else_is_refused(db, make_rp) -> None:
    """security.md TE12."""
    rp = make_rp(factories.client("machine", scope="photos:read"))

    assert error_of(rp.client_credentials(scope="mail:read")) == "invalid_scope"


def test_public_client_cannot_have_one(make_scene) -> None:
    """RFC 6749 §4.4: confidential clients only."""
    rp = make_scene("spa").rp

    assert error_of(rp.client_credentials(), 401) == "invalid_client"


def test_such_a_token_opens_no_userinfo(db, make_rp) -> None:
    """OIDC Core §5.3: there is no user."""
    rp = make_rp(factories.client("machine"))
    token = rp.client_credentials().json["access_token"]

    assert error_of(rp.userinfo(token), 403) == "insufficient_scope"


def test_opaque_client_gets_a_token_that_says_nothing(db, make_rp) -> None:
    """README: opaque tokens on request, one row each."""
    rp = make_rp(factories.client("machine", access_token_format="opaque", scope="a"))
    token = rp.client_credentials().json["access_token"]

    assert token.startswith("swx_at_")
    assert rp.introspect(token).json["sub"] == rp.client_id


def test_two_tokens_of_one_second_differ(db, make_rp, clock) -> None:
    """protocol.md §12: every JWT has a jti."""
    rp = make_rp(factories.client("machine"))

    assert len({rp.client_credentials().json["access_token"] for _ in range(3)}) == 3
