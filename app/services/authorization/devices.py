"""Where a user is signed in, as the owner sees it: the living sessions, and the apps of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from app.database import db
from app.models import Client, Family, Session, User
from app.security import secrets
from app.services.authorization import lifetimes

FAMILIES, CLIENTS, SESSIONS = Family.__table__, Client.__table__, Session.__table__


def owner(token: str) -> int | None:
    """Return whose session this cookie is or was; that opens nothing."""
    wanted = select(SESSIONS.c.user_id).where(SESSIONS.c.digest == secrets.digest(token))
    return db.session.scalar(wanted)


def of_user(user: User) -> Sequence[Session]:
    """Return the living sessions of a user, the last used first."""
    wanted = (
        select(Session)
        .where(
            Session.user_id == user.id,
            Session.epoch == user.epoch,
            lifetimes.ARE_LIVING,
        )
        .order_by(Session.seen_at.desc())
    )
    return db.session.scalars(wanted, lifetimes.bounds()).all()


def of_sid(sid: str) -> Session | None:
    """Return the session that tokens call by this name, also one that has ended."""
    return db.session.scalar(select(Session).where(Session.sid == sid))


def apps_of(session_ids: Iterable[int]) -> dict[int, list[str]]:
    """Return the names of the applications that live by each of these sessions; one query."""
    wanted = (
        select(FAMILIES.c.session_id, CLIENTS.c.name)
        .join_from(FAMILIES, CLIENTS, CLIENTS.c.id == FAMILIES.c.client_pk)
        .where(FAMILIES.c.session_id.in_(list(session_ids)), FAMILIES.c.revoked_at.is_(None))
        .distinct()
        .order_by(CLIENTS.c.name)
    )
    found: dict[int, list[str]] = {}
    for session_id, name in db.session.execute(wanted).all():
        found.setdefault(session_id, []).append(name)
    return found
