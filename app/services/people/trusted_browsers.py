"""Browsers that a user asked not to be troubled in: the password is enough there for a while.

Trust is the user's and the browser's; any security event ends it, and it never satisfies an
application or a page that asks for the second step itself (security.md MF13).
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, delete, exists, func, select

from app.clock import now
from app.database import db, insert_or
from app.models import Session, TrustedBrowser, User
from app.security import secrets

BROWSERS, SESSIONS = TrustedBrowser.__table__, Session.__table__
DAYS = 30


def trust(user: User, browser: str) -> None:
    """Spare the user the second step in this browser, for thirty days."""
    values = {"epoch": user.epoch, "expires_at": now() + timedelta(days=DAYS)}
    key = {"user_id": user.id, "browser": secrets.digest(browser)}
    row = insert_or(BROWSERS).values(**key, **values)
    db.session.execute(row.on_conflict_do_update(index_elements=list(key), set_=values))


def is_trusted(user: User, browser: str) -> bool:
    """Tell whether the user need not pass the second step in this browser."""
    here = exists().where(
        BROWSERS.c.user_id == user.id,
        BROWSERS.c.browser == secrets.digest(browser),
        BROWSERS.c.epoch == user.epoch,
        BROWSERS.c.expires_at > now(),
    )
    return bool(db.session.scalar(select(here)))


def has_others(user_id: int, *, session_id: int) -> bool:
    """Tell whether the user is spared the second step in another browser than a session's."""
    others = exists().where(
        BROWSERS.c.user_id == user_id,
        BROWSERS.c.browser != func.coalesce(_browser_of(session_id), ""),
        BROWSERS.c.expires_at > now(),
    )
    return bool(db.session.scalar(select(others)))


def forget(user_id: int, *, session_id: int) -> None:
    """Trust the browser of a session no more: it may be in other hands."""
    _forget(user_id, BROWSERS.c.browser == _browser_of(session_id))


def forget_others(user_id: int, *, session_id: int) -> None:
    """Trust no browser but that of a session."""
    _forget(user_id, BROWSERS.c.browser != func.coalesce(_browser_of(session_id), ""))


def forget_all(user_id: int) -> None:
    """Trust no browser of the user any more."""
    db.session.execute(delete(BROWSERS).where(BROWSERS.c.user_id == user_id))


def _browser_of(session_id: int) -> ColumnElement[str]:
    return select(SESSIONS.c.browser).where(SESSIONS.c.id == session_id).scalar_subquery()


def _forget(user_id: int, which: ColumnElement[bool]) -> None:
    db.session.execute(delete(BROWSERS).where(BROWSERS.c.user_id == user_id, which))
