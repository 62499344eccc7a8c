"""Signing keys take turns without a gap: published, signing, verifying, gone."""

from __future__ import annotations

from datetime import timedelta

import jwt
import pytest
from flask_sqlalchemy import SQLAlchemy

from app.errors import NotFound, Refused
from app.models import SigningKey
from app.security.jose import ALGORITHMS
from app.services.authorization import keys
from app.services.upkeep.memory import memory
from app.settings import Settings
from app.web.endpoints.public import MAX_AGE_SECONDS
from tests.clock import Clock

TYP = "JWT"


def states(alg: str) -> list[str]:
    """Return the states of the keys of an algorithm that are published."""
    return sorted(key.state for key in keys.listed() if key.alg == alg and key.gone_at is None)


def kid_of(token: str) -> str:
    """Return the key a token was signed with."""
    return str(jwt.get_unverified_header(token)["kid"])


def test_one_key_signs_and_the_next_is_published(db: SQLAlchemy) -> None:
    """security.md DI03: the next key is in the key set before it signs."""
    published = {key["kid"] for key in keys.public_jwks()["keys"]}

    for alg in ALGORITHMS:
        assert states(alg) == ["current", "next"]
        assert keys.signer(alg).kid in published


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_rotation_changes_the_signer_and_keeps_the_old_key_published(
    db: SQLAlchemy, alg: str
) -> None:
    """OIDC Core §10.1.1: what the old key signed still verifies."""
    old = keys.signer(alg)
    upcoming = next(key for key in keys.listed() if key.alg == alg and key.state == "next")

    keys.rotate(alg)

    assert keys.signer(alg).kid == upcoming.kid != old.kid
    assert old.kid in keys.verifiers()
    assert states(alg) == ["current", "next", "retired"]


def test_another_worker_follows_within_two_seconds(db: SQLAlchemy, make_app, clock: Clock) -> None:
    """README: local memory may be stale for at most a few seconds."""
    other = make_app()
    with other.app_context():
        before = keys.signer("ES256").kid
    keys.rotate("ES256")
    db.session.commit()

    with other.app_context():
        assert keys.signer("ES256").kid == before
        clock.move(timedelta(seconds=2))
        assert keys.signer("ES256").kid == keys.ring().signers["ES256"].kid != before


def test_keys_take_turns_by_themselves(db: SQLAlchemy, clock: Clock, settings: Settings) -> None:
    """security.md DI03: rotated when due, dropped when the last token has died."""
    first = keys.signer("RS256").kid
    keys.turn()
    assert keys.signer("RS256").kid == first

    clock.move(settings.key_rotation + timedelta(hours=1))
    keys.turn()
    assert keys.signer("RS256").kid != first
    assert first in keys.verifiers()

    clock.move(timedelta(hours=2))
    keys.turn()
    assert first not in keys.verifiers()
    assert db.session.get(SigningKey, first).state == "gone"


def test_next_key_is_published_for_a_day_before_it_signs(
    db: SQLAlchemy, clock: Clock, settings: Settings
) -> None:
    """security.md DI03: at least one cache period."""
    clock.move(settings.key_rotation + timedelta(hours=1))
    keys.turn()
    second = keys.signer("RS256").kid
    row = db.session.get(SigningKey, second)
    row.current_at = clock.time - settings.key_rotation
    db.session.commit()

    keys.turn()
    assert keys.signer("RS256").kid == second


def test_key_that_nobody_can_have_fetched_does_not_sign(db: SQLAlchemy, clock: Clock) -> None:
    """security.md DI03: two rotations in a row would hand out tokens that clients refuse."""
    keys.rotate("RS256")
    second = keys.signer("RS256").kid
    clock.move(seconds=MAX_AGE_SECONDS)

    with pytest.raises(Refused, match="don't know it yet"):
        keys.rotate("RS256")
    assert keys.signer("RS256").kid == second

    clock.move(minutes=1)
    keys.rotate("RS256")
    assert keys.signer("RS256").kid != second


def test_rotation_can_be_forced(db: SQLAlchemy) -> None:
    """ux.md 2.20: a key that has leaked is worse than tokens that are refused for a while."""
    keys.rotate("RS256")
    second = keys.signer("RS256").kid

    keys.rotate("RS256", force=True)

    assert keys.signer("RS256").kid != second


def test_keys_do_not_take_turns_faster_than_clients_fetch_them(
    db: SQLAlchemy, make_app, clock: Clock
) -> None:
    """security.md DI03: also where the settings allow no time for it."""
    with make_app(key_publication=timedelta(0), key_rotation=timedelta(0)).app_context():
        clock.move(minutes=16)
        keys.turn()
        second = keys.signer("RS256").kid
        clock.move(minutes=15)

        keys.turn()

        assert keys.signer("RS256").kid == second


def test_only_a_retired_key_can_be_removed(db: SQLAlchemy) -> None:
    """ux.md 2.20: emergency removal comes after rotation."""
    kid = keys.signer("EdDSA").kid
    with pytest.raises(Refused):
        keys.retire(kid)
    keys.rotate("EdDSA")

    keys.retire(kid)

    assert kid not in keys.verifiers()
    with pytest.raises(NotFound):
        keys.retire("no-such-key")


def test_private_keys_are_encrypted_at_rest(db: SQLAlchemy) -> None:
    """issue: encrypted with a key from outside the database, bound to their row."""
    for key in keys.listed():
        assert "PRIVATE" not in key.private_sealed
        assert not {"d", "p", "q"}.intersection(key.public_jwk)


def test_encryption_key_can_be_changed_while_the_old_one_is_kept(
    db: SQLAlchemy, settings: Settings, make_app
) -> None:
    """settings: the first encrypts, all decrypt."""
    old = settings.encryption_key.get_secret_value()
    both = make_app(encryption_key=f"{'n' * 40},{old}")
    with both.app_context():
        memory().parsed.clear()
        assert keys.signer("ES256")


def test_two_workers_that_make_keys_at_once_leave_one_of_each(db: SQLAlchemy) -> None:
    """models/key: a partial unique index decides."""
    for _ in range(2):
        keys.ensure()
    for alg in ALGORITHMS:
        assert states(alg) == ["current", "next"]
