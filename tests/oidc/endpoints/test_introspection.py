"""Introspection: alive tokens are told about, everything else looks the same."""

from __future__ import annotations

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import update

from app.models import Client
from app.services.people import accounts
from tests import factories
from tests.clock import Clock
from tests.oidc.conftest import Scene, error_of

DEAD = {"active": False}


@pytest.mark.parametrize("access_token_format", ["jwt", "opaque"])
def test_client_learns_about_its_own_token(make_scene, settings, access_token_format) -> None:
    """RFC 7662 §2.2."""
    scene = make_scene(access_token_format=access_token_format)
    token = scene.tokens(scope="openid email")["access_token"]

    found = scene.rp.introspect(token).json

    assert found["active"] is True
    assert found["scope"] == "openid email"
    assert found["client_id"] == scene.rp.client_id
    assert found["sub"] == scene.person.subject
    assert found["iss"] == settings.issuer
    assert found["exp"] - found["iat"] == 600


def test_introspection_tells_no_more_than_the_scope(scene: Scene) -> None:
    """security.md UI01: no address without the scope email."""
    token = scene.tokens(scope="openid")["access_token"]

    assert scene.person.email not in scene.rp.introspect(token).text


def test_refresh_token_can_be_introspected_until_it_is_rotated(scene: Scene) -> None:
    """RFC 7662 §2.1."""
    token = scene.tokens()["refresh_token"]

    assert scene.rp.introspect(token, token_type_hint="refresh_token").json["active"] is True
    scene.rp.refresh(token)
    assert scene.rp.introspect(token).json == DEAD


def test_unknown_dead_and_foreign_tokens_look_the_same(make_scene, make_rp, db: SQLAlchemy) -> None:
    """RFC 7662 §2.2, §4: byte for byte (security.md UI04)."""
    scene, other = make_scene(), make_scene()
    tokens, foreign = scene.tokens(), other.tokens()
    accounts.turn_off(scene.person)
    db.session.commit()
    dead = [*tokens.values(), *foreign.values(), "x", "swx_at_x", "swx_rt_x", "a.b.c", "☃"]

    bodies = {scene.rp.introspect(value).content for value in dead if isinstance(value, str)}

    assert bodies == {b'{"active":false}'}


def test_api_that_may_introspect_learns_about_others(make_scene, make_rp) -> None:
    """README: a resource server asks about the tokens it is sent."""
    scene = make_scene()
    api = make_rp(factories.client("machine", introspects=True))

    assert api.introspect(scene.tokens()["access_token"]).json["active"] is True


def test_refresh_token_is_told_about_to_its_own_client_alone(make_scene, make_rp) -> None:
    """RFC 7662 §4: an API has no use for it; active without an audience, it looks like access."""
    api = make_rp(factories.client("machine", introspects=True))
    scene = make_scene(audience=[api.client_id])
    token = scene.tokens()["refresh_token"]

    assert api.introspect(token).json == DEAD
    assert scene.rp.introspect(token).json["active"] is True


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_token_of_a_client_that_another_worker_turned_off_is_dead(
    scene: Scene, db: SQLAlchemy, clock: Clock, kind: str
) -> None:
    """security.md AT05: tokens look at the client's row, not at what this worker remembers."""
    token = scene.tokens()[kind]
    assert scene.rp.introspect(token).json["active"] is True
    db.session.execute(update(Client).values(disabled_at=clock()))
    db.session.commit()

    assert scene.rp.introspect(token).json == DEAD


def test_audience_may_introspect_what_is_meant_for_it(make_scene, make_rp) -> None:
    """RFC 7662 §4: the protected resource a token is for."""
    api = make_rp(factories.client("machine"))
    scene = make_scene(audience=[api.client_id])

    assert api.introspect(scene.tokens()["access_token"]).json["active"] is True


def test_public_client_cannot_introspect(make_scene) -> None:
    """RFC 7662 §2.1: the caller must be authenticated."""
    scene = make_scene("spa")
    token = scene.tokens()["access_token"]

    assert error_of(scene.rp.introspect(token), 401) == "invalid_client"


def test_token_is_required_and_the_hint_is_only_a_hint(scene: Scene) -> None:
    """RFC 7662 §2.1."""
    token = scene.tokens()["access_token"]

    assert error_of(scene.rp.introspect("")) == "invalid_request"
    for hint in ("refresh_token", "nonsense"):
        assert scene.rp.introspect(token, token_type_hint=hint).json["active"] is True
