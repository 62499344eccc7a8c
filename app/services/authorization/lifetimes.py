"""How long a session lives: the surer it knows its person, the shorter (security.md SE03).

Somebody who sits down at a machine that was left open finds more behind a strong session.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    Case,
    ScalarSelect,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
)

from app.clock import now
from app.database import UTCDateTime
from app.models import Session
from app.services.authorization import levels
from app.settings import settings

SESSIONS = Session.__table__


def idle(acr: str, *, is_kept: bool) -> timedelta:
    """Return how long a session of this level may go unused.

    `is_kept`: its person asked to stay signed in; a strong session lives no longer for that.
    """
    if _is_strong(acr):
        return settings.strong_session_idle
    return _kept_idle() if is_kept else settings.session_idle


def _kept_idle() -> timedelta:
    """Return the same of a kept session: like any other's once nothing may be kept any more."""
    return settings.kept_session_idle if settings.keep_signed_in else settings.session_idle


def longest(acr: str, *, is_kept: bool) -> timedelta:
    """Return how long it may live at all."""
    if _is_strong(acr):
        return settings.strong_session_lifetime
    return settings.kept_session_lifetime if is_kept else settings.session_lifetime


def _is_strong(acr: str) -> bool:
    return levels.reaches(acr, levels.MFA)


def shortened(expires_at: Any, acr: str) -> Case[datetime]:
    """Return the end of a session that is lifted to a level now, as SQL: never a later one."""
    until = literal(now() + longest(acr, is_kept=True), UTCDateTime())
    return case((expires_at > until, until), else_=expires_at)


def _at(name: str) -> BindParameter[datetime]:
    return bindparam(name, type_=UTCDateTime())


#: Which rows of the session table have time left, as SQL with the parameters of `bounds`.
ARE_LIVING = and_(
    SESSIONS.c.ended_at.is_(None),
    SESSIONS.c.expires_at > _at("moment"),
    SESSIONS.c.seen_at
    > case(
        # Spelled out: what is IN a list is written anew each time it is asked.
        (
            or_(*(SESSIONS.c.acr == acr for acr in levels.at_least(levels.MFA))),
            _at("strong_used_since"),
        ),
        (SESSIONS.c.is_kept, _at("kept_used_since")),
        else_=_at("used_since"),
    ),
)


def bounds() -> dict[str, datetime]:
    """Return the parameters of ARE_LIVING."""
    moment = now()
    return {
        "moment": moment,
        "kept_used_since": moment - _kept_idle(),
        "used_since": moment - settings.session_idle,
        "strong_used_since": moment - settings.strong_session_idle,
    }


def number_living(user_id: Any) -> ScalarSelect[int]:
    """Return how many sessions a user, a column or parameter, has open; as SQL, see `bounds`."""
    mine = SESSIONS.c.user_id == user_id
    return select(func.count()).select_from(SESSIONS).where(mine, ARE_LIVING).scalar_subquery()
