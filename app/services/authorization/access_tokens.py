"""Access tokens: keep opaque ones, find what stands behind one, revoke one.

JWT access tokens leave no row; what they came from does, and is asked on every use here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, literal, select, update
from sqlalchemy.exc import IntegrityError

from app.clock import now
from app.database import db, reading
from app.models import AccessToken, Client, Family, RevokedToken, Session, User
from app.security import secrets
from app.services.authorization import families
from app.services.clients import clients
from app.writes import Write

ACCESS_TOKENS, REVOKED = AccessToken.__table__, RevokedToken.__table__
FAMILIES, USERS, SESSIONS = Family.__table__, User.__table__, Session.__table__
CLIENTS = Client.__table__

#: Columns of a user that a granted row has already.
NOT_HERE = {"id", "subject", "pairwise_key", "epoch", "disabled_at", "deletion_due_at"}
_USER_COLUMNS = tuple(column for column in USERS.c if column.name not in NOT_HERE)
_CLIENT_COLUMNS = (
    CLIENTS.c.client_id,
    CLIENTS.c.disabled_at.label("client_disabled_at"),
)
_IS_REVOKED = select(REVOKED.c.jti).where(REVOKED.c.jti == bindparam("jti")).exists()

#: What stands behind a JWT: its family, user, session and client, and whether it is revoked.
_BEHIND_JWT = (
    select(
        *families.COLUMNS,
        *_USER_COLUMNS,
        *_CLIENT_COLUMNS,
        _IS_REVOKED.label("token_revoked"),
    )
    .join_from(FAMILIES, USERS, USERS.c.id == FAMILIES.c.user_id)
    .join(CLIENTS, CLIENTS.c.id == FAMILIES.c.client_pk)
    .outerjoin(SESSIONS, SESSIONS.c.id == FAMILIES.c.session_id)
    .where(FAMILIES.c.id == bindparam("family_id"))
)
_BEHIND_OPAQUE = (
    select(
        *families.COLUMNS,
        *_USER_COLUMNS,
        *_CLIENT_COLUMNS,
        ACCESS_TOKENS.c.jti,
        ACCESS_TOKENS.c.scope.label("token_scope"),
        ACCESS_TOKENS.c.issued_at,
        ACCESS_TOKENS.c.expires_at,
        ACCESS_TOKENS.c.revoked_at.is_not(None).label("token_revoked"),
    )
    .join_from(ACCESS_TOKENS, CLIENTS, CLIENTS.c.id == ACCESS_TOKENS.c.client_pk)
    .outerjoin(FAMILIES, FAMILIES.c.id == ACCESS_TOKENS.c.family_id)
    .outerjoin(USERS, USERS.c.id == FAMILIES.c.user_id)
    .outerjoin(SESSIONS, SESSIONS.c.id == FAMILIES.c.session_id)
    .where(ACCESS_TOKENS.c.digest == bindparam("digest"))
)
_ISSUE = Write(insert(ACCESS_TOKENS))


def new_opaque() -> str:
    """Make the value of an opaque access token."""
    return secrets.new_token("at")


def keep_opaque(
    token: str, *, family_id: str | None, client_pk: int, scope: str, expires_at: datetime
) -> None:
    """Keep an opaque access token; only its digest is."""
    _ISSUE.run(
        {
            "digest": secrets.digest(token),
            "jti": secrets.new_id(),
            "family_id": family_id,
            "client_pk": client_pk,
            "scope": scope,
            "issued_at": now(),
            "expires_at": expires_at,
        }
    )


def behind_opaque(token: str) -> Any:
    """Return what stands behind an opaque token, None when it is unknown; one query."""
    with reading() as connection:
        found = connection.execute(_BEHIND_OPAQUE, {"digest": secrets.digest(token)})
        return found.one_or_none()


def behind_jwt(family_id: str, jti: str) -> Any:
    """Return what stands behind a user's JWT access token, None when that is gone; one query."""
    with reading() as connection:
        found = connection.execute(_BEHIND_JWT, {"family_id": family_id, "jti": jti})
        return found.one_or_none()


def fault(row: Any) -> str:
    """Return the reason code of why what stands behind a token is dead, empty when it lives.

    When a token expires stands in the token, or in the row: the caller compares it.
    """
    if row.token_revoked:
        return "access_token_revoked"
    if row.client_disabled_at is not None:
        return "client_turned_off"
    return families.fault(row) if row.family_id is not None else ""


def fault_of_clients_own(client_id: str, jti: str) -> str:
    """Return the same of a JWT that a client got for itself; one query."""
    if is_revoked(jti):
        return "access_token_revoked"
    client = clients.find(client_id)
    return "client_turned_off" if client is None or client.is_disabled else ""


def is_revoked(jti: str) -> bool:
    """Tell whether a JWT access token that a client got for itself has been revoked; one query."""
    with reading() as connection:
        found = connection.execute(select(literal(1)).where(_IS_REVOKED), {"jti": jti})
        return found.first() is not None


def revoke_opaque(token: str) -> None:
    """Revoke one opaque token."""
    db.session.execute(
        update(ACCESS_TOKENS)
        .where(
            ACCESS_TOKENS.c.digest == secrets.digest(token), ACCESS_TOKENS.c.revoked_at.is_(None)
        )
        .values(revoked_at=now())
    )


def revoke_jwt(jti: str, expires_at: datetime) -> None:
    """Put one JWT on the list of revoked tokens, until it would have expired."""
    try:
        with db.session.begin_nested():
            db.session.execute(insert(REVOKED), {"jti": jti, "expires_at": expires_at})
    except IntegrityError:
        return  # it is on the list already
