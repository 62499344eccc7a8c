"""Browsers that a user asked not to be troubled in: the password is enough there for a while.

Trust is the user's and the browser's; any security event ends it, and it never satisfies an
application or a page that asks for the second step itself (security.md MF13).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, exists, func, select

from app.clock import now
from app.database import db, insert_or_update
from app.errors import NotFound
from app.models import Session, TrustedBrowser, User
from app.security import secrets
from app.services.upkeep import audit
from app.services.upkeep.audit import Event

BROWSERS, SESSIONS = TrustedBrowser.__table__, Session.__table__
DAYS = 30
LONGEST_AGENT = 300


def trust(user: User, browser: str, *, agent: str = "", address: str = "") -> None:
    """Spare the user the second step in this browser, for thirty days.

    It is recorded and gets no mail of its own: a browser that the owner has not used before has
    just caused one (security.md LG08).
    """
    moment, agent = now(), agent[:LONGEST_AGENT]
    values = {
        "epoch": user.epoch,
        "user_agent": agent,
        "trusted_at": moment,
        "expires_at": moment + timedelta(days=DAYS),
    }
    key = {"user_id": user.id, "browser": secrets.digest(browser)}
    db.session.execute(insert_or_update(BROWSERS, key, values))
    audit.record(
        Event.BROWSER_TRUSTED, actor_id=user.id, user_id=user.id, address=address, agent=agent
    )


def is_trusted(user: User, browser: str) -> bool:
    """Tell whether the user need not pass the second step in this browser."""
    here = exists().where(
        BROWSERS.c.user_id == user.id,
        BROWSERS.c.browser == secrets.digest(browser),
        BROWSERS.c.epoch == user.epoch,
        BROWSERS.c.expires_at > now(),
    )
    return bool(db.session.scalar(select(here)))


def of_user(user: User) -> Sequence[TrustedBrowser]:
    """Return the browsers that are trusted now, the last one first (security.md MF06)."""
    wanted = (
        select(TrustedBrowser)
        .where(
            TrustedBrowser.user_id == user.id,
            TrustedBrowser.epoch == user.epoch,
            TrustedBrowser.expires_at > now(),
        )
        .order_by(TrustedBrowser.trusted_at.desc(), TrustedBrowser.browser)
    )
    return db.session.scalars(wanted).all()


def is_this(trusted: TrustedBrowser, browser: str) -> bool:
    """Tell whether it is the browser that asks."""
    return secrets.same(trusted.browser, secrets.digest(browser))


def name_of(trusted: TrustedBrowser) -> str:
    """Return what a page calls it by: what is kept of the cookie stays where it is."""
    return secrets.digest(f"trusted browser {trusted.user_id} {trusted.browser}")


def forget_one(user: User, name: str, *, address: str = "") -> None:
    """Ask for the second step again in the browser of that name, see `name_of`.

    Raises:
        NotFound: the user trusts no such browser.
    """
    found = next((one for one in of_user(user) if name_of(one) == name), None)
    if found is None:
        raise NotFound
    agent = found.user_agent
    _forget(user.id, BROWSERS.c.browser == found.browser)
    audit.record(
        Event.BROWSER_FORGOTTEN, actor_id=user.id, user_id=user.id, address=address, agent=agent
    )


def forget_every(user: User, *, address: str = "") -> None:
    """Ask for the second step again in every browser, as its owner wishes."""
    forget_all(user.id)
    audit.record(Event.BROWSER_FORGOTTEN, actor_id=user.id, user_id=user.id, address=address)


def has_others(user: User, *, session_id: int) -> bool:
    """Tell whether the user is spared the second step in another browser than a session's."""
    others = exists().where(
        BROWSERS.c.user_id == user.id,
        BROWSERS.c.epoch == user.epoch,
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
