"""First-run set-up: a link that works once, while there is no administrator (security.md LG07)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from app.clock import now
from app.database import db
from app.errors import Refused
from app.models import Link, User
from app.security import secrets
from app.settings import settings

LINKS = Link.__table__
PURPOSE = "set_up"
LIFETIME = timedelta(hours=24)


class SetUpLinkDead(Refused):
    """The link was used, has expired, or there is an administrator already."""

    public = "This set-up link doesn't work any more. Start the server again to get a new one."


def is_needed() -> bool:
    """Tell whether there is no administrator yet."""
    return db.session.scalar(select(User.id).where(User.is_admin).limit(1)) is None


def new_link() -> str | None:
    """Return a new set-up link, None when there is an administrator."""
    if not is_needed():
        return None
    token = secrets.new_token("su")
    db.session.add(Link(digest=secrets.digest(token), purpose=PURPOSE, expires_at=now() + LIFETIME))
    db.session.flush()
    return f"{settings.issuer}/setup?token={token}"


def check(token: str) -> None:
    """Look whether a link still works, without using it up.

    Raises:
        SetUpLinkDead: it does not.
    """
    link = db.session.get(Link, secrets.digest(token))
    alive = link is not None and link.used_at is None and link.expires_at > now()
    if not alive or link is None or link.purpose != PURPOSE or not is_needed():
        raise SetUpLinkDead


def use(token: str) -> None:
    """Use a link up, and every other one with it; of any tries at once, one comes out of here.

    Raises:
        SetUpLinkDead: it does not work, or another request was first.
    """
    check(token)
    # All in one statement: two links used at once must not make two first administrators.
    used = db.session.scalars(
        update(LINKS)
        .where(LINKS.c.purpose == PURPOSE, LINKS.c.used_at.is_(None))
        .values(used_at=now())
        .returning(LINKS.c.digest)
    ).all()
    if secrets.digest(token) not in used:
        raise SetUpLinkDead
