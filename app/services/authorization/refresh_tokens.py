"""Refresh tokens: issue, rotate once, answer a lost retry, notice reuse (RFC 9700 §4.14)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from app.clock import now
from app.database import db, reading
from app.models import Client, RefreshToken
from app.security import secrets
from app.services.authorization import families
from app.services.authorization.families import FAMILIES
from app.settings import settings
from app.writes import Write

REFRESH_TOKENS, CLIENTS = RefreshToken.__table__, Client.__table__

_FIND = (
    families.find_by(
        REFRESH_TOKENS.c.digest,
        REFRESH_TOKENS.c.issued_at,
        REFRESH_TOKENS.c.expires_at,
        REFRESH_TOKENS.c.rotated_at,
    )
    .join(REFRESH_TOKENS, REFRESH_TOKENS.c.family_id == FAMILIES.c.id)
    .where(REFRESH_TOKENS.c.digest == bindparam("digest"))
)
_FIND_WITH_CLIENT = _FIND.add_columns(
    CLIENTS.c.client_id, CLIENTS.c.disabled_at.label("client_disabled_at")
).join(CLIENTS, CLIENTS.c.id == FAMILIES.c.client_pk)
_ISSUE = Write(insert(REFRESH_TOKENS))
#: The answer that brought this token is not needed any more: its client has used it.
_SPEND = Write(
    update(REFRESH_TOKENS)
    .where(REFRESH_TOKENS.c.digest == bindparam("spent"), REFRESH_TOKENS.c.rotated_at.is_(None))
    .values(sealed_answer=None)
)
_SUCCESSOR = select(
    REFRESH_TOKENS.c.sealed_answer, REFRESH_TOKENS.c.issued_at, REFRESH_TOKENS.c.rotated_at
).where(REFRESH_TOKENS.c.predecessor == bindparam("predecessor"))


def new() -> str:
    """Make the value of a refresh token."""
    return secrets.new_token("rt")


def issue(
    token: str,
    family_id: str,
    *,
    until: datetime,
    predecessor: str | None = None,
    answer: str | None = None,
) -> None:
    """Keep a refresh token; `until` is the end of its family's life.

    `predecessor` is the value it was rotated from. `answer` is the whole token response; it is
    kept encrypted under that value, which only its client has.
    """
    moment = now()
    sealed = None
    if predecessor and answer and settings.refresh_retry:
        sealed = secrets.encrypt(predecessor, answer, context=family_id)
    _ISSUE.run(
        {
            "digest": secrets.digest(token),
            "family_id": family_id,
            "predecessor": secrets.digest(predecessor) if predecessor else None,
            "sealed_answer": sealed,
            "issued_at": moment,
            "expires_at": min(moment + settings.refresh_idle, until),
        }
    )


def find(token: str) -> Any:
    """Return the granted row of a refresh token; None when unknown."""
    return db.session.execute(_FIND, {"digest": secrets.digest(token)}).one_or_none()


def find_with_client(token: str) -> Any:
    """Return the same with the identifier of the client, for whoever only looks."""
    with reading() as connection:
        values = {"digest": secrets.digest(token)}
        return connection.execute(_FIND_WITH_CLIENT, values).one_or_none()


def ends_at(granted: Any) -> datetime:
    """Return when the family of a granted row stops being refreshed at all."""
    end: datetime = granted.granted_at + settings.refresh_lifetime
    return min(end, granted.grant_ends_at or end)


def spend(digest: str) -> bool:
    """Rotate a refresh token away; of any number of tries at once, one is told True."""
    values = {"spent": digest, "rotated_at": now()}
    return bool(_SPEND.run(values))


def lost_answer(token: str, family_id: str) -> str | None:
    """Return the very answer that rotated this token, for a client that never received it.

    None when the time for that is over or the successor has been used: then it is a reuse.
    """
    row = db.session.execute(_SUCCESSOR, {"predecessor": secrets.digest(token)}).one_or_none()
    if row is None or row.sealed_answer is None or row.rotated_at is not None:
        return None
    if row.issued_at + settings.refresh_retry < now():
        return None
    return secrets.decrypt((token,), row.sealed_answer, context=family_id)
