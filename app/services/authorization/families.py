"""Families: one authorization each, and whether what was issued from it still lives.

Every code, refresh token and access token of a user answers to its family, so one UPDATE
revokes them all.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, null, or_, select, update

from app.clock import now
from app.database import db, rows_changed
from app.models import Client, ClientOwner, Family, RefreshToken, Session, User
from app.services.authorization import levels

FAMILIES, USERS, SESSIONS = Family.__table__, User.__table__, Session.__table__
REFRESH_TOKENS, OWNERS = RefreshToken.__table__, ClientOwner.__table__
CLIENTS = Client.__table__

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
    FAMILIES.c.ends_at.label("grant_ends_at"),
    USERS.c.id.label("user_id"),
    USERS.c.subject,
    USERS.c.pairwise_key,
    USERS.c.epoch.label("user_epoch"),
    USERS.c.disabled_at,
    or_(
        USERS.c.is_admin,
        USERS.c.is_user_manager,
        USERS.c.is_auditor,
        exists().where(OWNERS.c.user_id == USERS.c.id),
    ).label("user_has_role"),
    USERS.c.has_second_step.label("user_has_second_step"),
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


def reference_of(sid: str, client_pk: int) -> str | None:
    """Return the reference of the last sign-in of a session with a client; None when it is gone."""
    wanted = (
        select(FAMILIES.c.reference)
        .join_from(SESSIONS, FAMILIES, FAMILIES.c.session_id == SESSIONS.c.id)
        .where(SESSIONS.c.sid == sid, FAMILIES.c.client_pk == client_pk)
        .order_by(FAMILIES.c.created_at.desc())
        .limit(1)
    )
    reference: str | None = db.session.scalar(wanted)
    return reference


def of_reference(reference: str, *, client_id: str, user_id: int) -> Any:
    """Return what became of what an attempt issued: times, and how often it was refreshed."""
    issued_at = func.max(REFRESH_TOKENS.c.issued_at)
    rotated = func.count(REFRESH_TOKENS.c.predecessor)
    wanted = (
        select(
            FAMILIES.c.created_at,
            FAMILIES.c.code_redeemed_at,
            FAMILIES.c.revoked_at,
            rotated.label("refreshes"),
            issued_at.label("refreshed_at"),
        )
        .join_from(FAMILIES, CLIENTS, CLIENTS.c.id == FAMILIES.c.client_pk)
        .outerjoin(REFRESH_TOKENS, REFRESH_TOKENS.c.family_id == FAMILIES.c.id)
        .where(
            FAMILIES.c.user_id == user_id,
            CLIENTS.c.client_id == client_id,
            FAMILIES.c.reference == reference,
        )
        .group_by(FAMILIES.c.id)
        .limit(1)
    )
    return db.session.execute(wanted).one_or_none()


def fault(granted: Any) -> str:
    """Return the reason code of why the family is dead, empty when it lives."""
    offline = "offline_access" in granted.granted_scope.split()
    # What is ended revokes its families along with it: the end says more than the revocation.
    if granted.disabled_at is not None:
        return "user_turned_off"
    if granted.granted_epoch != granted.user_epoch:
        return "account_secured"
    if _owes_second_step(granted):
        return "second_step_demanded"
    if not offline and _session_is_over(granted):
        return "session_ended"
    if granted.grant_ends_at is not None and granted.grant_ends_at <= now():
        return "consent_ended"
    return "family_revoked" if granted.revoked_at is not None else ""


def _owes_second_step(granted: Any) -> bool:
    """Tell whether one step opened it, and the policy has come to demand two since (RT06).

    Whoever has a second step has passed it, or trusts the browser in which they need not.
    """
    is_enough = granted.user_has_second_step or levels.reaches(granted.acr or "", levels.MFA)
    return not is_enough and levels.is_mfa_policy(has_role=granted.user_has_role)


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
    return bool(rows_changed(change))


def revoke_all(user_id: int, client_pk: int) -> None:
    """Kill every family of a user and a client."""
    living = _living(user_id, client_pk)
    db.session.execute(update(FAMILIES).where(living).values(revoked_at=now()))


def narrow(user_id: int, client_pk: int, *, without: Collection[str]) -> None:
    """Take scopes out of every family of a user and a client; one that keeps none is dead.

    Also dead is one that holds single claims: which of them belong to a scope is not written there.
    """
    living = _living(user_id, client_pk)
    with_claims = and_(living, FAMILIES.c.claims_request.is_not(null()))
    db.session.execute(update(FAMILIES).where(with_claims).values(revoked_at=now()))
    granted = db.session.scalars(select(FAMILIES.c.scope).where(living).distinct()).all()
    for scope in granted:
        kept = [name for name in scope.split() if name not in without]
        change = {"scope": " ".join(kept)} if kept else {"revoked_at": now()}
        same = and_(living, FAMILIES.c.scope == scope)
        db.session.execute(update(FAMILIES).where(same).values(change))


def _living(user_id: int, client_pk: int) -> ColumnElement[bool]:
    return and_(
        FAMILIES.c.user_id == user_id,
        FAMILIES.c.client_pk == client_pk,
        FAMILIES.c.revoked_at.is_(None),
    )


def times(user_id: int) -> dict[int, tuple[datetime, datetime]]:
    """Return when a user has used each client first and last, as far as it is still known."""
    used_at = func.coalesce(REFRESH_TOKENS.c.issued_at, FAMILIES.c.created_at)
    wanted = (
        select(FAMILIES.c.client_pk, func.min(FAMILIES.c.created_at), func.max(used_at))
        .outerjoin(REFRESH_TOKENS, REFRESH_TOKENS.c.family_id == FAMILIES.c.id)
        .where(FAMILIES.c.user_id == user_id)
        .group_by(FAMILIES.c.client_pk)
    )
    return {pk: (first, last) for pk, first, last in db.session.execute(wanted).all()}
