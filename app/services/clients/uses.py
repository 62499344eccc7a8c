"""What a client is allowed and has used: to the day, and written once a day at most.

A worker that has noted a fact today asks nobody: no request pays for this but the first of a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select

from app.clock import now
from app.database import db, insert_or
from app.models import Client, ClientSecret, ClientUse
from app.security import secrets
from app.services.upkeep.memory import memory

USES = ClientUse.__table__


class Kind(StrEnum):
    """The closed list of what is watched; the values are those of the protocol."""

    SCOPE = "scope"
    GRANT = "grant_types"
    RESPONSE = "response_types"
    ADDRESS = "redirect_uris"
    SECRET = "secret"


#: A kind, and the word itself.
Fact = tuple[Kind, str]
#: What is too long for a key, or too good to stand in the open.
DIGESTED = frozenset({Kind.ADDRESS, Kind.SECRET})


@dataclass(frozen=True, slots=True)
class Days:
    """When something was allowed, and when it was last used; None: nobody knows, never."""

    allowed_on: date | None = None
    used_on: date | None = None


def of_secret(kept: ClientSecret) -> Fact:
    """Return the fact that stands for one secret of a client."""
    return Kind.SECRET, kept.digest


def note(client: Client, facts: Iterable[Fact]) -> None:
    """Note that these were used today; part of the transaction of what they were used for."""
    today = now().date()
    noted = memory().noted
    # An identifier is never given twice, the number of a row may be.
    new = [fact for fact in set(facts) if noted.get((client.client_id, *fact)) != today]
    if not new:
        return
    _write(client, new, "used_on", today)
    for fact in new:
        memory().note((client.client_id, *fact), today)


def allow(client: Client, before: Mapping[str, Any]) -> None:
    """Note what a client is allowed from today on and was not before."""
    new = allowed(client.registration) - allowed(before)
    if new:
        _write(client, new, "allowed_on", now().date())


def allowed(registration: Mapping[str, Any]) -> set[Fact]:
    """Return everything that a registration allows and that can be watched."""
    facts = {(Kind.SCOPE, name) for name in (registration.get(Kind.SCOPE) or "").split()}
    for kind in (Kind.GRANT, Kind.RESPONSE, Kind.ADDRESS):
        facts |= {(kind, name) for name in registration.get(kind) or ()}
    return facts


def of(client: Client, facts: Iterable[Fact]) -> dict[Fact, Days]:
    """Return the days of each of these facts."""
    wanted = select(USES.c.kind, USES.c.name, USES.c.allowed_on, USES.c.used_on)
    rows = db.session.execute(wanted.where(USES.c.client_pk == client.id)).all()
    known = {(row.kind, row.name): Days(row.allowed_on, row.used_on) for row in rows}
    return {fact: known.get((fact[0].value, _name(fact)), Days()) for fact in facts}


def _write(client: Client, facts: Iterable[Fact], column: str, day: date) -> None:
    """Write the day of several facts; in one order, so that two of us never wait for each other."""
    rows = sorted((kind.value, _name((kind, name))) for kind, name in facts)
    insert = insert_or(USES).values(
        [{"client_pk": client.id, "kind": kind, "name": name, column: day} for kind, name in rows]
    )
    newer = insert.on_conflict_do_update(
        index_elements=["client_pk", "kind", "name"],
        set_={column: insert.excluded[column]},
        where=func.coalesce(USES.c[column], date.min) < insert.excluded[column],
    )
    db.session.execute(newer)


def _name(fact: Fact) -> str:
    kind, name = fact
    return secrets.digest(name) if kind in DIGESTED else name
