"""Where a user is signed in, as the owner sees it: the living sessions, and the apps of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from app.clock import now
from app.database import db
from app.models import Client, Family, Session, User
from app.settings import settings

FAMILIES, CLIENTS = Family.__table__, Client.__table__


def of_user(user: User) -> Sequence[Session]:
    """Return the living sessions of a user, the last used first."""
    wanted = (
        select(Session)
        .where(
            Session.user_id == user.id,
            Session.ended_at.is_(None),
            Session.epoch == user.epoch,
            Session.expires_at > now(),
            Session.seen_at > now() - settings.session_idle,
        )
        .order_by(Session.seen_at.desc())
    )
    return db.session.scalars(wanted).all()


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
