"""The authorization code grant: what a code is bound to, and that it is spent once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask_sqlalchemy import SQLAlchemy

from app.services.authorization import consents, sessions
from app.services.clients import clients
from app.services.people import accounts
from tests import factories
from tests.clock import Clock
from tests.oidc.conftest import Scene, error_of


def test_client_redeems_a_code_for_verified_tokens(scene: Scene) -> None:
    """OIDC Core §3.1.3.3: the answer holds access token, type, lifetime and ID token."""
    tokens = scene.tokens(scope="openid profile email")

    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 600
    assert tokens["scope"] == "openid profile email"
    claims = scene.rp.verify_id_token(tokens["id_token"], access_token=tokens["access_token"])
    assert claims["sub"] == scene.person.subject


def test_public_client_redeems_with_its_verifier_alone(make_scene) -> None:
    """RFC 7636 §4.5: a public client proves itself by the verifier."""
    scene = make_scene("spa")

    assert "access_token" in scene.tokens()


def test_code_cannot_be_redeemed_twice(scene: Scene) -> None:
    """RFC 6749 §4.1.2: a code is used once."""
    code = scene.code()
    assert scene.rp.redeem(code).status == 200

    assert error_of(scene.rp.redeem(code)) == "invalid_grant"


def test_replayed_code_revokes_what_came_from_it(scene: Scene) -> None:
    """RFC 6749 §4.1.2: tokens issued from a replayed code are revoked (security.md CD03)."""
    code = scene.code()
    tokens = scene.rp.redeem(code).json

    scene.rp.redeem(code)

    assert scene.rp.userinfo(tokens["access_token"]).status == 401
    assert scene.rp.introspect(tokens["access_token"]).json == {"active": False}
    assert error_of(scene.rp.refresh(tokens["refresh_token"])) == "invalid_grant"


def test_code_dies_after_a_minute(scene: Scene, clock: Clock) -> None:
    """security.md CD01: 60 seconds."""
    code = scene.code()
    clock.move(timedelta(seconds=61))

    assert error_of(scene.rp.redeem(code)) == "invalid_grant"


def test_code_cannot_be_redeemed_by_another_client_and_dies(make_scene, make_rp) -> None:
    """RFC 6749 §4.1.3: the code is bound to its client; a stolen one is burnt."""
    scene = make_scene()
    other = make_rp(factories.client())
    other.sent = None
    code = scene.code()
    other.sent = scene.rp.sent

    assert error_of(other.redeem(code)) == "invalid_grant"
    assert error_of(scene.rp.redeem(code)) == "invalid_grant"


@pytest.mark.parametrize("changed", [None, "https://rp.example/callback/", "https://evil.example"])
def test_redirect_uri_must_come_again_with_the_same_bytes(scene: Scene, changed) -> None:
    """RFC 6749 §4.1.3: identical values."""
    code = scene.code()

    assert error_of(scene.rp.redeem(code, redirect_uri=changed)) == "invalid_grant"


def test_missing_verifier_is_an_invalid_grant(scene: Scene) -> None:
    """RFC 7636 §4.6."""
    assert error_of(scene.rp.redeem(scene.code(), code_verifier=None)) == "invalid_grant"


@pytest.mark.parametrize("verifier", ["x" * 43, "short", "ü" * 50, "a" * 129])
def test_wrong_verifier_spends_the_code(scene: Scene, verifier: str) -> None:
    """RFC 7636 §4.6; a thief gets one guess (security.md PK04)."""
    code = scene.code()

    assert error_of(scene.rp.redeem(code, code_verifier=verifier)) == "invalid_grant"
    assert error_of(scene.rp.redeem(code)) == "invalid_grant"


def test_verifier_without_challenge_is_refused(make_scene) -> None:
    """RFC 9700 §4.8.2: PKCE downgrade."""
    scene = make_scene(pkce_required=False)
    code = scene.code(code_challenge=None, code_challenge_method=None)

    assert error_of(scene.rp.redeem(code)) == "invalid_grant"


def test_exempt_confidential_client_redeems_without_pkce(make_scene) -> None:
    """security.md PK01: an administrator may exempt a confidential client."""
    scene = make_scene(pkce_required=False)
    code = scene.code(code_challenge=None, code_challenge_method=None)

    assert scene.rp.redeem(code, code_verifier=None).status == 200


@pytest.mark.parametrize(
    "event",
    ["user_off", "everywhere", "signed_out", "withdrawn", "client_off", "uri_removed"],
)
def test_code_is_dead_after(scene: Scene, db: SQLAlchemy, event: str) -> None:
    """security.md CD05: what happened between authorize and token counts."""
    code = scene.code()
    client = clients.get(scene.rp.client_id)
    acts = {
        "user_off": lambda: accounts.turn_off(scene.person),
        "everywhere": lambda: accounts.sign_out_everywhere(scene.person),
        "signed_out": lambda: sessions.end_all(scene.person),
        "withdrawn": lambda: consents.withdraw(scene.person.id, client),
        "client_off": lambda: clients.turn_off(client),
        "uri_removed": lambda: clients.update(client, {"redirect_uris": ["https://rp.example/x"]}),
    }
    acts[event]()
    db.session.commit()

    answer = scene.rp.redeem(code)
    if event == "client_off":
        assert error_of(answer, 401) == "invalid_client"
    else:
        assert error_of(answer) == "invalid_grant"


@pytest.mark.parametrize("grant_type", ["password", "implicit", "urn:ietf:params:oauth:x", "\x00"])
def test_unknown_grant_types_are_refused(scene: Scene, grant_type: str) -> None:
    """security.md TE11: what is not registered does not exist."""
    answer = scene.rp.call(scene.rp.endpoint("token"), {"grant_type": grant_type})

    expected = "invalid_request" if grant_type == "\x00" else "unsupported_grant_type"
    assert error_of(answer) == expected


@pytest.mark.parametrize("kind", ["refresh_token", "access_token", "id_token"])
def test_no_other_token_passes_for_a_code(scene: Scene, kind: str) -> None:
    """security.md CD06: single-use values are typed."""
    tokens = scene.tokens()

    assert error_of(scene.rp.redeem(tokens[kind])) == "invalid_grant"
    assert scene.rp.userinfo(tokens["access_token"]).status == 200
