"""Signing keys: which one signs, which are published, and how they take turns.

A key is published as `next`, signs as `current`, verifies as `retired`, and goes when the last
token it signed has died. Private keys are encrypted at rest under a key from outside the
database; only this module reads them, and it hands out signers, never bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from app.clock import now
from app.database import db, rows_changed
from app.errors import NotFound, Refused, Unavailable
from app.models import SigningKey
from app.security import jose, jwe, secrets
from app.security.jose import ALGORITHMS, ENCRYPTION, Signer, Verifier
from app.services.authorization import sightings
from app.services.upkeep import audit
from app.services.upkeep.audit import Event
from app.services.upkeep.memory import memory
from app.settings import settings

KEYS = SigningKey.__table__
#: Every kind of key we have: those that sign, then those that clients encrypt to.
KINDS = (*ALGORITHMS, *ENCRYPTION)
#: How long anybody may keep the key set, as its answer says.
KEY_SET_KEPT = timedelta(minutes=15)
#: A key is in the key set for this long before it signs; the copies of workers are seconds old.
PUBLISHED_AT_LEAST = KEY_SET_KEPT + timedelta(minutes=1)
#: A retired key outlives the longest-lived token by this much: clocks differ.
SLACK = timedelta(minutes=5)
#: What a rotation right after another is answered with.
TOO_EARLY = (
    "The next key was published a moment ago: applications that keep the keys for a quarter of "
    "an hour don't know it yet and would refuse what it signs. Try again in 16 minutes."
)


@dataclass(frozen=True, slots=True)
class Ring:
    """The keys of this moment, parsed."""

    signers: dict[str, Signer]
    verifiers: dict[str, Verifier]
    #: Rows of keys that clients encrypt to, by `kid`; few requests need one.
    decrypters: dict[str, Any]
    jwks: dict[str, Any]


def ring() -> Ring:
    """Return the keys as they stood two seconds ago at most."""
    return memory().recall("keys", _load)


def signer(alg: str) -> Signer:
    """Return the key that signs with this algorithm now.

    Raises:
        Unavailable: there is none: `flask key rotate` makes one.
    """
    found = ring().signers.get(alg)
    if found is None:
        raise Unavailable(detail=f"no current signing key for {alg}")
    return found


def sign(alg: str, claims: dict[str, Any], *, typ: str, client_id: str) -> str:
    """Sign a token that a client gets and may keep until its `exp`; it is counted."""
    found = signer(alg)
    sightings.here().signed(found.kid, client_id, claims["exp"])
    return found.sign(claims, typ=typ)


def verifiers() -> dict[str, Verifier]:
    """Return every published key by its `kid`."""
    return ring().verifiers


def decrypters(kid: str | None, alg: str) -> list[jwe.Key]:
    """Return our private keys that something may have been encrypted to."""
    kind = "RSA" if alg.startswith("RSA") else "EC"
    fitting = [row for row in ring().decrypters.values() if ENCRYPTION[row.alg] == kind]
    return [_decrypter(row) for row in fitting if kid is None or row.kid == kid]


def _decrypter(row: Any) -> jwe.Key:
    kept: dict[str, Any] = memory().parsed
    if row.kid not in kept:
        kept[row.kid] = jwe.private_key(_opened(row))
    key: jwe.Key = kept[row.kid]
    return key


def public_jwks() -> dict[str, Any]:
    """Return the key set as clients fetch it (RFC 7517); public members only."""
    return ring().jwks


def _load() -> Ring:
    rows = [row for row in _published() if row.state != "gone"]
    signing = [row for row in rows if row.alg in ALGORITHMS]
    signers = {row.alg: _signer(row) for row in signing if row.state == "current"}
    known = {row.kid: jose.load_verifier(row.public_jwk) for row in signing}
    opening = {row.kid: row for row in rows if row.alg in ENCRYPTION}
    order = {"current": 0, "next": 1, "retired": 2}
    rows.sort(key=lambda row: (KINDS.index(row.alg), order[row.state]))
    return Ring(signers, known, opening, {"keys": [row.public_jwk for row in rows]})


def _published() -> list[Any]:
    columns = (KEYS.c.kid, KEYS.c.alg, KEYS.c.state, KEYS.c.public_jwk, KEYS.c.private_sealed)
    return list(db.session.execute(select(*columns).where(KEYS.c.gone_at.is_(None))).all())


def _signer(row: Any) -> Signer:
    """Open and parse a private key, once in the life of the process: RSA takes 30 ms."""
    kept: dict[str, Signer] = memory().parsed
    if row.kid not in kept:
        kept[row.kid] = jose.load_signer(row.kid, row.alg, _opened(row))
    return kept[row.kid]


def _opened(row: Any) -> str:
    return secrets.decrypt(settings.encryption_keys, row.private_sealed, context=row.kid)


def find(kid: str) -> SigningKey | None:
    """Return the key of this ID, also one that is gone; None when there never was one."""
    return db.session.get(SigningKey, kid) if kid.isascii() and kid.isprintable() else None


def listed() -> Sequence[SigningKey]:
    """Return every key there ever was, the newest first in each algorithm."""
    return db.session.scalars(
        select(SigningKey).order_by(SigningKey.alg, SigningKey.created_at.desc())
    ).all()


def ensure() -> None:
    """Make the keys that are missing: for each algorithm one that signs and one that is next."""
    moment = now()  # one for all: keys of the same moment are published together
    for alg in KINDS:
        for state in ("current", "next"):
            if _in_state(alg, state) is None:
                _make(alg, state, moment)
    memory().forget("keys")


def _in_state(alg: str, state: str) -> SigningKey | None:
    wanted = select(SigningKey).where(SigningKey.alg == alg, SigningKey.state == state)
    return db.session.scalar(wanted)


def _make(alg: str, state: str, moment: datetime) -> None:
    """Add a key; when another worker was first, its key stands."""
    pem = jose.generate_key(alg)
    kid = jose.thumbprint(pem, alg)
    values = {
        "kid": kid,
        "alg": alg,
        "state": state,
        "public_jwk": jose.public_jwk(kid, alg, pem),
        "private_sealed": secrets.encrypt(settings.encryption_keys[0], pem, context=kid),
        "created_at": moment,
        "current_at": moment if state == "current" else None,
    }
    try:
        with db.session.begin_nested():
            db.session.execute(insert(KEYS), values)
    except IntegrityError:
        return
    audit.record(Event.KEY_MADE, kid=kid, alg=alg)


def rotate(alg: str, *, by: int | None = None, force: bool = False) -> SigningKey:
    """Let the next key sign from now on, publish a new next one; return the one that signs.

    What the old key signed stays valid: it is published until the last of it has died. `force`
    lets a key sign that not every client can have fetched yet.

    Raises:
        Refused: another rotation of this algorithm is under way, or was only just made.
    """
    ensure()
    old, new = _in_state(alg, "current"), _in_state(alg, "next")
    if old is None or new is None:
        raise Refused("Another rotation is under way.")
    if not (force or _is_known(new, old)):
        raise Refused(TOO_EARLY)
    has_made_way = _move(old.kid, "current", "retired", retired_at=now())
    if not (has_made_way and _move(new.kid, "next", "current", current_at=now())):
        raise Refused("Another rotation is under way.")
    _make(alg, "next", now())
    audit.record(Event.KEY_ROTATED, actor_id=by, alg=alg, kid=new.kid)
    db.session.expire_all()
    memory().forget("keys")
    return db.session.get_one(SigningKey, new.kid)


def _is_known(new: SigningKey, old: SigningKey) -> bool:
    """Tell whether whoever has fetched the old key has, or by now had to fetch, the new one."""
    return new.created_at == old.created_at or new.created_at + PUBLISHED_AT_LEAST <= now()


def _move(kid: str, old: str, new: str, **times: datetime) -> bool:
    """Change the state of a key if it still is in the old one; exactly one worker wins."""
    change = update(KEYS).where(KEYS.c.kid == kid, KEYS.c.state == old)
    return bool(rows_changed(change.values(state=new, **times)))


def retire(kid: str, *, by: int | None = None) -> None:
    """Stop publishing a retired key at once: what it signed is refused everywhere.

    Raises:
        NotFound: there is no such key.
        Refused: it signs or is about to; rotate first.
    """
    key = db.session.get(SigningKey, kid)
    if key is None:
        raise NotFound("There is no key with this ID.")
    if key.state in {"current", "next"}:
        raise Refused("This key is in use. Rotate first, then remove it.")
    _move(kid, "retired", "gone", gone_at=now())
    audit.record(Event.KEY_RETIRED, actor_id=by, kid=kid)
    db.session.expire_all()
    memory().forget("keys")


def revoke(kid: str, *, by: int | None = None, reason: str = "") -> SigningKey:
    """Stop believing a key at once, whatever its state: its private half is in wrong hands.

    When it is the one that signs, the next one does, although not every client can know it yet: a
    token refused for a quarter of an hour harms less than one that anybody can make.

    Raises:
        NotFound: there is no such key.
        Refused: it is gone already.
    """
    key = db.session.get(SigningKey, kid)
    if key is None:
        raise NotFound("There is no key with this ID.")
    alg, state = key.alg, key.state
    if state == "gone" or not _move(kid, state, "gone", gone_at=now()):
        raise Refused("This key is gone already.")
    following = _in_state(alg, "next") if state == "current" else None
    if following is not None:
        _move(following.kid, "next", "current", current_at=now())
    audit.record(Event.KEY_REVOKED, actor_id=by, kid=kid, alg=alg, state=state, reason=reason)
    db.session.expire_all()
    ensure()
    return db.session.get_one(SigningKey, kid)


def turn(*, by: int | None = None) -> None:
    """Do what is due: make missing keys, rotate old ones, drop those nobody needs any more."""
    ensure()
    for alg in KINDS:
        key = _in_state(alg, "current")
        following = _in_state(alg, "next")
        if key is None or following is None or key.current_at is None:
            continue
        old_enough = key.current_at + settings.key_rotation <= now()
        if old_enough and signs_at_earliest(following) <= now():
            rotate(alg, by=by)
    _drop()


def late() -> list[str]:
    """Return the algorithms whose key should have been rotated a day ago: no job does it."""
    due = now() - settings.key_rotation - timedelta(days=1)
    wanted = select(KEYS.c.alg).where(KEYS.c.state == "current", KEYS.c.current_at <= due)
    return sorted(db.session.scalars(wanted))


def signs_at_earliest(key: SigningKey) -> datetime:
    """Return when a key may take over by itself: a verifier that keeps the key set has seen it."""
    return key.created_at + max(settings.key_publication, PUBLISHED_AT_LEAST)


def _drop() -> None:
    for key in db.session.scalars(select(SigningKey).where(SigningKey.state == "retired")):
        if key.retired_at is not None and dies_at(key.retired_at) <= now():
            _move(key.kid, "retired", "gone", gone_at=now())
    db.session.expire_all()
    memory().forget("keys")


def dies_at(retired_at: datetime) -> datetime:
    """Return when the last token of a key retired then has died."""
    longest = max(settings.longest_access_token, settings.id_token_lifetime)
    return retired_at + longest + SLACK
