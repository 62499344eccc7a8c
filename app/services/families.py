"""Families: one authorization each, and whether what was issued from it still lives.

Every code, refresh token and access token of a user answers to its family, so one UPDATE
revokes them all.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from app.clock import now
from app.database import db
from app.models import Family, Session, User

FAMILIES, USERS, SESSIONS = Family.__table__, User.__table__, Session.__table__

#: A family with its user and session, as tokens need them; the row is called a *granted* row.
COLUMNS = (
    FAMILIES.c.id.label("family_id"),
    FAMILIES.c.client_pk,
    FAMILIES.c.session_id,
    FAMILIES.c.reference,
    FAMILIES.c.scope.label("granted_scope"),
    FAMILIES.c.epoch.label("granted_epoch"),
    FAMILIES.c.auth_time,
    FAMILIES.c.acr,
    FAMILIES.c.amr,
    FAMILIES.c.nonce,
    FAMILIES.c.claims_request,
    FAMILIES.c.created_at.label("granted_at"),
    FAMILIES.c.revoked_at,
    USERS.c.id.label("user_id"),
    USERS.c.subject,
    USERS.c.pairwise_key,
    USERS.c.epoch.label("user_epoch"),
    USERS.c.disabled_at,
    SESSIONS.c.sid,
    SESSIONS.c.ended_at,
    SESSIONS.c.expires_at.label("session_expires_at"),
)


def find_by(*columns: Any) -> Any:
    """Return a SELECT of granted rows with more columns, to be narrowed by the caller."""
    return (
        select(*COLUMNS, *columns)
        .join_from(FAMILIES, USERS, USERS.c.id == FAMILIES.c.user_id)
        .outerjoin(SESSIONS, SESSIONS.c.id == FAMILIES.c.session_id)
    )


_GET = find_by().where(FAMILIES.c.id == bindparam("family_id"))


def get(family_id: str) -> Any:
    """Return the granted row of a family that has just been started."""
    return db.session.execute(_GET, {"family_id": family_id}).one()


def fault(granted: Any) -> str:
    """Return the reason code of why the family is dead, empty when it lives."""
    if granted.revoked_at is not None:
        return "family_revoked"
    if granted.disabled_at is not None:
        return "user_turned_off"
    if granted.granted_epoch != granted.user_epoch:
        return "account_secured"
    offline = "offline_access" in granted.granted_scope.split()
    if not offline and _session_is_over(granted):
        return "session_ended"
    return ""


def _session_is_over(granted: Any) -> bool:
    """Tell whether the session has been ended, removed, or has outlived its time."""
    if granted.sid is None or granted.ended_at is not None:
        return True
    expires_at: datetime = granted.session_expires_at
    return expires_at <= now()


def revoke(family_id: str) -> bool:
    """Kill a family and everything issued from it; tell whether it was alive."""
    change = (
        update(FAMILIES)
        .where(FAMILIES.c.id == family_id, FAMILIES.c.revoked_at.is_(None))
        .values(revoked_at=now())
    )
    return bool(db.session.execute(change).rowcount)  # type: ignore[attr-defined]
