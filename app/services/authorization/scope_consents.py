"""What people have allowed of one scope, whatever the client: count it, and take it back.

When a scope begins to give more, nobody has allowed that yet: everybody is asked again. When it is
deleted, a new one of the same name must not find the old consents.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, func, literal, null, or_, select, update

from app.clock import now
from app.database import db
from app.models import Consent, Family, Interaction

CONSENTS, FAMILIES = Consent.__table__, Family.__table__


def people(name: str) -> int:
    """Return how many people have allowed a scope to some client."""
    wanted = select(func.count(CONSENTS.c.user_id.distinct())).where(
        Consent.in_force(), _has(CONSENTS.c.scope, name)
    )
    return db.session.scalar(wanted) or 0


def by_client(names: Iterable[str], *, among: Select[Any]) -> dict[int, int]:
    """Return how many of some people have allowed one of the scopes to each client, by its row.

    `among` selects the numbers of the people.
    """
    has_one = or_(*(_has(CONSENTS.c.scope, name) for name in names))
    of_them = CONSENTS.c.user_id.in_(among) & Consent.in_force()
    wanted = select(CONSENTS.c.client_pk, func.count().label("people")).where(of_them, has_one)
    rows = db.session.execute(wanted.group_by(CONSENTS.c.client_pk)).all()
    return {row.client_pk: row.people for row in rows}


def take_back(name: str) -> None:
    """Take a scope out of every consent and out of everything that was issued with it.

    A family that holds single claims dies: which of them belong to a scope is not written there.
    """
    for column in ("scope", "declined", "removed_scope", "removed_declined"):
        _strip(CONSENTS, column, name)
    _strip(Interaction.__table__, "allowed_scope", name)  # answered, and on the way back
    living = FAMILIES.c.revoked_at.is_(None) & _has(FAMILIES.c.scope, name)
    dead = or_(FAMILIES.c.claims_request.is_not(null()), FAMILIES.c.scope == name)
    db.session.execute(update(FAMILIES).where(living, dead).values(revoked_at=now()))
    _strip(FAMILIES, "scope", name, where=FAMILIES.c.revoked_at.is_(None))


def _strip(table: Table, column: str, name: str, where: ColumnElement[bool] | None = None) -> None:
    kept = func.trim(_without(table.c[column], name))
    change = update(table).where(_has(table.c[column], name)).values({column: kept})
    db.session.execute(change if where is None else change.where(where))


def _has(column: ColumnElement[str], name: str) -> ColumnElement[bool]:
    """Tell that a list holds the scope; LIKE would not tell `hr` from `HR` on SQLite."""
    return _without(column, name) != _padded(column)


def _without(column: ColumnElement[str], name: str) -> ColumnElement[str]:
    return func.replace(_padded(column), f" {name} ", " ")


def _padded(column: ColumnElement[str]) -> ColumnElement[str]:
    """Return a list of scopes with a space at both ends, so that each stands between two."""
    return literal(" ") + column + literal(" ")
