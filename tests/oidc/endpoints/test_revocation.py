"""Revocation: a client gives up its own tokens."""

from __future__ import annotations

import pytest

from tests.oidc.conftest import Scene, error_of


@pytest.mark.parametrize("access_token_format", ["jwt", "opaque"])
def test_revoked_access_token_is_dead_alone(make_scene, access_token_format: str) -> None:
    """RFC 7009 §2.1: the refresh token lives on."""
    scene = make_scene(access_token_format=access_token_format)
    tokens = scene.tokens()

    answer = scene.rp.revoke(tokens["access_token"])

    assert answer.status == 200
    assert answer.content == b""
    assert scene.rp.userinfo(tokens["access_token"]).status == 401
    assert scene.rp.refresh(tokens["refresh_token"]).status == 200


def test_revoked_refresh_token_takes_its_family_along(scene: Scene) -> None:
    """RFC 7009 §2.1: access tokens of the same grant (security.md UI05)."""
    tokens = scene.tokens()

    assert scene.rp.revoke(tokens["refresh_token"]).status == 200

    assert scene.rp.userinfo(tokens["access_token"]).status == 401
    assert error_of(scene.rp.refresh(tokens["refresh_token"])) == "invalid_grant"


def test_public_client_revokes_its_own(make_scene) -> None:
    """protocol.md §12; and the answer has a type browser clients take."""
    scene = make_scene("spa")
    tokens = scene.tokens()
    answer = scene.rp.revoke(tokens["refresh_token"])

    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert scene.rp.userinfo(tokens["access_token"]).status == 401


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_foreign_token_stays_alive(make_scene, kind: str) -> None:
    """RFC 7009 §2.1: issued to the client that asks."""
    scene, other = make_scene(), make_scene()
    tokens = scene.tokens()

    assert other.rp.revoke(tokens[kind]).status == 200

    assert scene.rp.userinfo(tokens["access_token"]).status == 200
    assert scene.rp.refresh(tokens["refresh_token"]).status == 200


def test_unknown_token_is_no_error(scene: Scene) -> None:
    """RFC 7009 §2.2: 200 also for invalid tokens."""
    for value in ("x", "swx_rt_x", "swx_at_x", "a.b.c"):
        assert scene.rp.revoke(value).status == 200
    assert error_of(scene.rp.revoke("")) == "invalid_request"


def test_revoking_twice_is_no_error(scene: Scene) -> None:
    """RFC 7009 §2.2."""
    token = scene.tokens()["access_token"]

    assert [scene.rp.revoke(token).status for _ in range(2)] == [200, 200]
