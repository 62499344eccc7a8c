"""Refresh tokens: rotated once, a lost answer repeated, a reuse punished."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask_sqlalchemy import SQLAlchemy

from app.services.authorization import consents, sessions
from app.services.clients import clients
from app.services.people import accounts
from app.settings import Settings
from tests import factories
from tests.clock import Clock
from tests.oidc.conftest import Scene, error_of


def test_rotation_gives_new_tokens_and_an_id_token_without_nonce(scene: Scene) -> None:
    """RFC 9700 §4.14.2, OIDC Core §12.2: same subject, session and auth_time."""
    first = scene.tokens()
    before = scene.rp.verify_id_token(first["id_token"], access_token=first["access_token"])

    second = scene.rp.refresh(first["refresh_token"]).json

    assert second["refresh_token"] != first["refresh_token"]
    assert second["access_token"] != first["access_token"]
    scene.rp.request(nonce=None)
    after = scene.rp.verify_id_token(second["id_token"], access_token=second["access_token"])
    for claim in ("iss", "sub", "aud", "auth_time", "sid"):
        assert after[claim] == before[claim]


def test_lost_answer_is_repeated_byte_for_byte(scene: Scene) -> None:
    """security.md RT04: the same successor, never a second one."""
    first = scene.tokens()

    answers = [scene.rp.refresh(first["refresh_token"]).content for _ in range(3)]

    assert len(set(answers)) == 1


def test_reuse_after_the_retry_time_revokes_the_family(scene: Scene, clock: Clock) -> None:
    """RFC 9700 §4.14.2: reuse kills the newest token too (security.md RT03)."""
    first = scene.tokens()
    second = scene.rp.refresh(first["refresh_token"]).json
    clock.move(timedelta(seconds=11))

    assert error_of(scene.rp.refresh(first["refresh_token"])) == "invalid_grant"

    assert error_of(scene.rp.refresh(second["refresh_token"])) == "invalid_grant"
    assert scene.rp.userinfo(second["access_token"]).status == 401


def test_reuse_within_the_retry_time_counts_once_the_successor_is_used(scene: Scene) -> None:
    """security.md RT04: a client that used the successor did receive it."""
    first = scene.tokens()
    second = scene.rp.refresh(first["refresh_token"]).json
    third = scene.rp.refresh(second["refresh_token"]).json

    assert error_of(scene.rp.refresh(first["refresh_token"])) == "invalid_grant"
    assert error_of(scene.rp.refresh(third["refresh_token"])) == "invalid_grant"


def test_another_client_cannot_use_the_token_nor_harm_it(make_scene, make_rp) -> None:
    """RFC 6749 §10.4: bound to the client."""
    scene = make_scene()
    other = make_rp(factories.client())
    tokens = scene.tokens()

    assert error_of(other.refresh(tokens["refresh_token"])) == "invalid_grant"
    assert scene.rp.refresh(tokens["refresh_token"]).status == 200


def test_scope_can_be_narrowed_for_one_answer_and_never_widened(scene: Scene) -> None:
    """RFC 6749 §6."""
    tokens = scene.tokens(scope="openid email")

    narrowed = scene.rp.refresh(tokens["refresh_token"], scope="openid").json
    assert narrowed["scope"] == "openid"
    assert "email" not in scene.rp.userinfo(narrowed["access_token"]).json

    widened = scene.rp.refresh(narrowed["refresh_token"], scope="openid email phone")
    assert error_of(widened) == "invalid_scope"
    whole = scene.rp.refresh(narrowed["refresh_token"]).json
    assert whole["scope"] == "openid email"


@pytest.mark.parametrize(("first", "then"), [("openid email", "openid"), ("openid", "")])
def test_retry_that_asks_for_another_scope_is_a_reuse(scene: Scene, first: str, then: str) -> None:
    """RFC 6749 §6, security.md RT04: what was lost is repeated, nothing else."""
    tokens = scene.tokens(scope="openid email")
    token = tokens["refresh_token"]
    assert scene.rp.refresh(token, scope=first).status == 200

    assert error_of(scene.rp.refresh(token, scope=then)) == "invalid_grant"


def test_retry_may_name_the_same_scopes_in_another_order(scene: Scene) -> None:
    """RFC 6749 §3.3: their order does not matter."""
    token = scene.tokens(scope="openid email phone")["refresh_token"]
    answer = scene.rp.refresh(token, scope="openid email").json

    assert scene.rp.refresh(token, scope="email openid").json == answer


def test_refresh_token_dies_unused(scene: Scene, clock: Clock) -> None:
    """security.md RT05: idle end."""
    tokens = scene.tokens(scope="openid offline_access")
    clock.move(timedelta(days=14, seconds=1))

    assert error_of(scene.rp.refresh(tokens["refresh_token"])) == "invalid_grant"


def test_family_has_an_absolute_end(scene: Scene, clock: Clock) -> None:
    """security.md RT05: rotation does not prolong it."""
    tokens = scene.tokens(scope="openid offline_access")
    for _ in range(9):
        clock.move(timedelta(days=10))
        answer = scene.rp.refresh(tokens["refresh_token"])
        tokens = answer.json if answer.status == 200 else tokens

    assert error_of(scene.rp.refresh(tokens["refresh_token"])) == "invalid_grant"


@pytest.mark.parametrize("event", ["user_off", "everywhere", "withdrawn", "client_off"])
@pytest.mark.parametrize("scope", ["openid", "openid offline_access"])
def test_refresh_token_is_dead_after(scene: Scene, db: SQLAlchemy, event: str, scope: str) -> None:
    """security.md RT06: each use looks at user, client and consent again."""
    tokens = scene.tokens(scope=scope)
    client = clients.get(scene.rp.client_id)
    {
        "user_off": lambda: accounts.turn_off(scene.person),
        "everywhere": lambda: accounts.sign_out_everywhere(scene.person),
        "withdrawn": lambda: consents.withdraw(scene.person.id, client),
        "client_off": lambda: clients.turn_off(client),
    }[event]()
    db.session.commit()

    answer = scene.rp.refresh(tokens["refresh_token"])

    assert answer.status in {400, 401}
    assert answer.json["error"] in {"invalid_grant", "invalid_client"}


def test_signing_out_ends_refresh_tokens_without_offline_access(
    scene: Scene, db: SQLAlchemy
) -> None:
    """security.md RT08, OIDC Core §11."""
    bound = scene.tokens(scope="openid")
    offline = scene.tokens(scope="openid offline_access")
    sessions.end_all(scene.person)
    db.session.commit()

    assert error_of(scene.rp.refresh(bound["refresh_token"])) == "invalid_grant"
    assert scene.rp.refresh(offline["refresh_token"]).status == 200


def test_session_that_is_over_takes_refresh_tokens_without_offline_access_along(
    scene: Scene, clock: Clock, settings: Settings
) -> None:
    """security.md RT08: they live as long as the session, however often they are used."""
    bound = scene.tokens(scope="openid")
    offline = scene.tokens(scope="openid offline_access")
    steps = 4
    for _ in range(steps):
        clock.move(settings.session_lifetime / steps - timedelta(seconds=1))
        bound = scene.rp.refresh(bound["refresh_token"]).json
        offline = scene.rp.refresh(offline["refresh_token"]).json
    assert scene.rp.introspect(bound["refresh_token"]).json["active"] is True

    clock.move(timedelta(seconds=steps + 1))

    assert scene.rp.introspect(bound["refresh_token"]).json == {"active": False}
    assert scene.rp.userinfo(bound["access_token"]).status == 401
    assert error_of(scene.rp.refresh(bound["refresh_token"])) == "invalid_grant"
    assert scene.rp.refresh(offline["refresh_token"]).status == 200


def test_client_without_the_grant_gets_no_refresh_token(make_scene) -> None:
    """security.md RT01."""
    scene = make_scene(grant_types=["authorization_code"])

    assert "refresh_token" not in scene.tokens()
    assert error_of(scene.rp.refresh("swx_rt_x")) == "unauthorized_client"
