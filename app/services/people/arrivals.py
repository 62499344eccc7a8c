"""Arrivals: what the database tells of somebody who has passed a first step, asked in one go."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BindParameter, bindparam, select

from app.clock import now
from app.database import db
from app.models import User
from app.security import secrets
from app.services.authorization import lifetimes, sessions
from app.services.people import groups
from app.services.upkeep import audit

_WHO: BindParameter[int] = bindparam("user_id")
_LOOK = select(
    groups.demand_second_step_of(_WHO),
    audit.refused_sign_ins(),
    sessions.is_known_to(_WHO),
    lifetimes.number_living(_WHO),
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A user who comes in with a browser, before there is a session."""

    #: Whether a group of theirs demands a second step.
    is_demanded_by_group: bool
    #: How many tries have failed lately, since the last one that did not.
    refused: int
    #: Whether they have signed in with this browser before.
    is_known: bool
    #: How many sessions they have open.
    living: int


def look(user: User, *, browser: str) -> Arrival:
    """Return what there is to know about a user who comes in with this browser."""
    remembered = now() - audit.REMEMBERED_TRIES
    values = {
        "user_id": user.id,
        "since": max(remembered, user.last_sign_in_at or remembered),
        "browser": secrets.digest(browser),
        **lifetimes.bounds(),
    }
    return Arrival(*db.session.execute(_LOOK, values).one())
