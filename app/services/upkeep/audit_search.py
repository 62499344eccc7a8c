"""What is looked for in the audit log: the newest first, a page at a time, each by an index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, literal_column, select, union_all

from app.database import reading
from app.models import AuditEvent
from app.services.upkeep.audit import Event

EVENTS = AuditEvent.__table__
TEXTS = ("client_id", "reference", "address")
NEWEST_FIRST = (EVENTS.c.at.desc(), EVENTS.c.id.desc())
#: Events that are looked for together, by the name of their group.
GROUPS: dict[str, frozenset[Event]] = {
    "sign_ins": frozenset({Event.SIGNED_IN}),
    "refused": frozenset({Event.SIGN_IN_REFUSED, Event.SECOND_STEP_REFUSED}),
    "accounts": frozenset({Event.SIGNED_UP, Event.USER_CREATED, Event.INVITATION_ACCEPTED}),
    "deletions": frozenset({Event.DELETION_ASKED, Event.DELETION_CANCELLED, Event.ERASED}),
    "ways_in": frozenset(
        event
        for event in Event
        if event.value.startswith(
            (
                "password.",
                "second_step.turned",
                "second_step.reset",
                "second_step.locked",
                "passkey.",
                "address.",
                "browser.",
            )
        )
    ),
    "consents": frozenset(
        event for event in Event if event.value.startswith(("consent.", "device."))
    ),
    "replays": frozenset({Event.CODE_REPLAYED, Event.REFRESH_REPLAYED, Event.PASSKEY_COPIED}),
    "administrators": frozenset(
        event
        for event in Event
        if event.value.startswith(
            (
                "client",
                "group.",
                "key.",
                "upstream_provider.",
                "initial_",
                "invitation.",
                "audit.",
                "role.",
                "scope.",
                "branding.",
                "provider.",
            )
        )
    )
    - {Event.INVITATION_ACCEPTED}
    | {
        Event.USER_CREATED,
        Event.USERS_IMPORTED,
        Event.USER_TURNED_OFF,
        Event.USER_TURNED_ON,
        Event.SECOND_STEP_RESET,
        Event.ADDRESS_VERIFIED,
    },
}


class Cursor(NamedTuple):
    """The row that was seen last."""

    at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; what is left empty can be anything."""

    events: frozenset[str] = frozenset()
    actor_id: int | None = None
    user_id: int | None = None
    client_id: str = ""
    reference: str = ""
    address: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_narrow(self) -> bool:
        """Tell whether one person, application, reference or address is looked for."""
        texts = any(getattr(self, name) for name in TEXTS)
        return texts or self.actor_id is not None or self.user_id is not None


def latest(wanted: Wanted, *, before: Cursor | None = None, most: int = 50) -> Sequence[Any]:
    """Return the newest rows that are looked for, the newest first."""
    found = statement(wanted, before=before, most=most)
    with reading() as connection:
        if not _is_in_parts(wanted):
            return connection.execute(found).all()
        ids = connection.scalars(found).all()
        whole = select(EVENTS).where(EVENTS.c.id.in_(ids)).order_by(*NEWEST_FIRST)
        return connection.execute(whole).all()


def statement(wanted: Wanted, *, before: Cursor | None = None, most: int = 50) -> Select[Any]:
    """Return what finds the rows, or their numbers when each event is looked for by itself."""
    conditions = [*_conditions(wanted), *_older_than(before)]
    if _is_in_parts(wanted):
        return _of_several(wanted.events, conditions, most)
    if wanted.events:
        conditions.append(EVENTS.c.event.in_(sorted(wanted.events)))
    return select(EVENTS).where(*conditions).order_by(*NEWEST_FIRST).limit(most)


def _is_in_parts(wanted: Wanted) -> bool:
    return len(wanted.events) > 1 and not wanted.is_narrow


def get(event_id: int) -> Any:
    """Return one row, None when there is none."""
    with reading() as connection:
        return connection.execute(select(EVENTS).where(EVENTS.c.id == event_id)).one_or_none()


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Return what rows have to fulfil; an index that leaves out empty ones wants to hear so."""
    found = [_filled(name, getattr(wanted, name)) for name in TEXTS if getattr(wanted, name)]
    if wanted.actor_id is not None:
        found.append(EVENTS.c.actor_id == wanted.actor_id)
    if wanted.user_id is not None:
        found.append(EVENTS.c.user_id == wanted.user_id)
    if wanted.since is not None:
        found.append(EVENTS.c.at >= wanted.since)
    if wanted.until is not None:
        found.append(EVENTS.c.at < wanted.until)
    return found


def _filled(name: str, value: str) -> ColumnElement[bool]:
    return (EVENTS.c[name] == value) & (EVENTS.c[name] != literal_column("''"))


def _older_than(before: Cursor | None) -> list[ColumnElement[bool]]:
    if before is None:
        return []
    older = (EVENTS.c.at < before.at) | (EVENTS.c.id < before.id)
    return [EVENTS.c.at <= before.at, older]


def _of_several(
    events: frozenset[str], conditions: list[ColumnElement[bool]], most: int
) -> Select[Any]:
    """Return the numbers of the newest rows: the newest of each event, and of these the newest.

    One range of the index for each event: otherwise a rare one among them would read everything.
    """
    newest = [
        select(EVENTS.c.id, EVENTS.c.at)
        .where(EVENTS.c.event == event, *conditions)
        .order_by(*NEWEST_FIRST)
        .limit(most)
        .subquery()
        for event in sorted(events)
    ]
    together = union_all(*(select(part) for part in newest)).subquery()
    return select(together.c.id).order_by(together.c.at.desc(), together.c.id.desc()).limit(most)
