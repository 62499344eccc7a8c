"""The chain that shows when the audit log was tampered with (security.md AU04).

Rows are written in the transaction of their act and know of no chain: whoever signs in waits for
nobody. A job seals them a little later, a bite at a time; which process may is decided by one
conditional UPDATE. Whoever takes something from a sealed row, because a person is forgotten or
because its time is over, takes the same turn first and signs what was taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, update

from app.clock import now
from app.database import db, insert_or, rows_changed
from app.models import AuditChain, AuditEvent, AuditSeal, DailyFigure
from app.security import seals, secrets
from app.settings import settings

EVENTS, SEALS, CHAIN = AuditEvent.__table__, AuditSeal.__table__, AuditChain.__table__
FIGURES = DailyFigure.__table__
#: Rows sealed, or swept, in one transaction: on SQLite nobody else can write meanwhile.
BITE = 500
#: No transaction that writes a row stays open for this long (database.engine_options): PostgreSQL
#: gives out numbers in one order, and shows rows in another.
LONGEST_TRANSACTION = timedelta(minutes=1)
ONLY = 1


@dataclass(frozen=True, slots=True)
class Held:
    """A sealed row that is to lose the parts about somebody."""

    position: int
    hash: str
    loses_who: bool
    loses_what: bool


def signed_of_state(state: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what the signature under the end of the chain stands for.

    Without its key nobody can write the chain anew, or cut off its end.
    """
    return ("chain", *(state[name] for name in ("position", "hash", "event_id", "horizon")))


def signed_of_seal(seal: Any, *, before: str) -> tuple[Any, ...]:
    """Return what the signature under something taken stands for."""
    if seal.event_id is None:
        return ("gap", seal.first, seal.position, before, seal.hash)
    return ("parts", seal.position, seal.hash, seal.who_salt == "", seal.what_salt == "")


def hash_of(before: str, position: int, event: Any, *, who: str, what: str) -> str:
    """Return the link of an audit row."""
    return seals.link(
        before, position, event.id, event.at, event.event, event.client_id, event.reference,
        who, what,
    )  # fmt: skip


def who_of(salt: str, event: Any) -> str:
    """Return the digest of who did it, and from where."""
    return seals.part(salt, event.actor_id, event.address)


def what_of(salt: str, event: Any) -> str:
    """Return the digest of whom it was done to, and how."""
    return seals.part(salt, event.user_id, event.details)


def seal() -> int:
    """Seal the next bite of rows, count them; return how many. None when another process does."""
    state = current()
    rows = _unsealed(state) if state is not None else ()
    if state is None or not rows or not _take_turn(state.turn):
        return 0
    # Read again: until now, somebody may have been forgotten.
    wanted = select(EVENTS).where(EVENTS.c.id.in_(rows)).order_by(EVENTS.c.id)
    found = db.session.execute(wanted).all()
    made = _linked(found, state)
    if made:
        db.session.execute(insert(SEALS), made)
        _count(found)
        _write_state(state, made)
    return len(found)


def current() -> Any:
    """Return how far the log is sealed; the row is made when it is missing."""
    found = db.session.execute(select(CHAIN)).one_or_none()
    if found is not None:
        return found
    moment = now()
    row = {"id": ONLY, "turn": 0, "position": 0, "hash": seals.START, "event_id": 0,
           "following": 0, "horizon": 0, "moved_at": moment, "sealed_at": moment}  # fmt: skip
    added = insert_or(CHAIN).values(**row, signature=_signed(row)).on_conflict_do_nothing()
    db.session.execute(added)
    return db.session.execute(select(CHAIN)).one_or_none()


def _unsealed(state: Any) -> Sequence[int]:
    wanted = (
        select(EVENTS.c.id)
        .outerjoin(SEALS, SEALS.c.event_id == EVENTS.c.id)
        .where(EVENTS.c.id > state.horizon, SEALS.c.position.is_(None))
        .order_by(EVENTS.c.id)
        .limit(BITE)
    )
    return db.session.scalars(wanted).all()


def _take_turn(seen: int) -> bool:
    taken = rows_changed(
        update(CHAIN).where(CHAIN.c.id == ONLY, CHAIN.c.turn == seen).values(turn=seen + 1)
    )
    return bool(taken)


def hold() -> None:
    """Keep everybody else from working on the chain until our transaction ends."""
    current()
    db.session.execute(update(CHAIN).where(CHAIN.c.id == ONLY).values(turn=CHAIN.c.turn + 1))


def _linked(found: Iterable[Any], state: Any) -> list[dict[str, Any]]:
    before, made = state.hash, []
    for position, event in enumerate(found, state.position + 1):
        who_salt, what_salt = secrets.new_id(), secrets.new_id()
        who, what = who_of(who_salt, event), what_of(what_salt, event)
        before = hash_of(before, position, event, who=who, what=what)
        made.append(
            {
                "position": position,
                "first": position,
                "event_id": event.id,
                "who_salt": who_salt,
                "who": who,
                "what_salt": what_salt,
                "what": what,
                "hash": before,
                "released": "",
            }
        )
    return made


def _count(found: Iterable[Any]) -> None:
    """Add the rows to the figures of their days; each row is sealed, and so counted, once."""
    times = Counter((event.at.date(), event.event) for event in found)
    added = insert_or(FIGURES)
    added = added.on_conflict_do_update(
        index_elements=["day", "event"],
        set_={"times": FIGURES.c.times + added.excluded.times},
    )
    for (day, event), count in sorted(times.items()):
        db.session.execute(added, {"day": day, "event": event, "times": count})


def _write_state(state: Any, made: Sequence[dict[str, Any]]) -> None:
    moment, last = now(), made[-1]
    values = {
        "position": last["position"],
        "hash": last["hash"],
        "event_id": max(state.event_id, last["event_id"]),
        "sealed_at": moment,
        "following": state.following,
        "horizon": state.horizon,
        "moved_at": state.moved_at,
    }
    if state.moved_at + LONGEST_TRANSACTION <= moment:
        values |= {"horizon": state.following, "moved_at": moment}
        values["following"] = values["event_id"]
    signed = {**values, "signature": _signed(values)}
    db.session.execute(update(CHAIN).where(CHAIN.c.id == ONLY).values(signed))


def _signed(values: Mapping[str, Any]) -> str:
    return seals.sign(settings.encryption_keys[0], *signed_of_state(values))


def held_of(user_id: int, rows: Sequence[int]) -> list[Held]:
    """Return which are sealed of rows that tell of somebody: by them, or about them."""
    wanted = (
        select(SEALS.c.position, SEALS.c.hash, EVENTS.c.actor_id, EVENTS.c.user_id,
               SEALS.c.who_salt, SEALS.c.what_salt)
        .join(EVENTS, EVENTS.c.id == SEALS.c.event_id)
        .where(EVENTS.c.id.in_(rows))
    )  # fmt: skip
    return [
        Held(
            row.position,
            row.hash,
            loses_who=True,
            loses_what=row.user_id == user_id or not row.what_salt,
        )
        for row in db.session.execute(wanted)
    ]


def release(held: Iterable[Held]) -> None:
    """Take the salts from the parts that are forgotten, and sign that it was us."""
    key = settings.encryption_keys[0]
    for row in held:
        values = {"who_salt": ""} | ({"what_salt": ""} if row.loses_what else {})
        taken = ("parts", row.position, row.hash, row.loses_who, row.loses_what)
        db.session.execute(
            update(SEALS)
            .where(SEALS.c.position == row.position)
            .values(**values, released=seals.sign(key, *taken))
        )


def sweep(is_over: ColumnElement[bool]) -> int:
    """Delete a bite of rows that have had their time; return how many. The chain stays whole.

    What is not sealed yet stays.
    """
    hold()
    wanted = (
        select(SEALS)
        .join(EVENTS, EVENTS.c.id == SEALS.c.event_id)
        .where(is_over)
        .order_by(EVENTS.c.id)
        .limit(BITE)
    )
    found = db.session.execute(wanted).all()
    if found:
        gone = [row.event_id for row in found]
        db.session.execute(delete(EVENTS).where(EVENTS.c.id.in_(gone)))
        _join(sorted(found, key=lambda row: row.position))
        _step_back(max(gone))
    return len(found)


def _step_back(gone: int) -> None:
    """Move the horizon back behind the newest row: SQLite gives out again the numbers above it."""
    newest = db.session.scalar(select(func.max(EVENTS.c.id))) or 0
    if newest > gone:
        return
    state = db.session.execute(select(CHAIN)).mappings().one()
    numbers = {name: min(state[name], newest) for name in ("event_id", "following", "horizon")}
    values = {**numbers, "signature": _signed({**state, **numbers})}
    db.session.execute(update(CHAIN).where(CHAIN.c.id == ONLY).values(values))


def _join(found: Sequence[Any]) -> None:
    """Leave one seal for each run of rows that are gone, and join it with the run before it."""
    runs: list[list[Any]] = []
    for row in found:
        if runs and runs[-1][-1].position + 1 == row.first:
            runs[-1].append(row)
        else:
            runs.append([row])
    for run in runs:
        _leave_gap(run[0].first, run[-1])


def _leave_gap(first: int, last: Any) -> None:
    before = _seal_at(first - 1)
    if before is not None and before.event_id is None:
        first = before.first
        before = _seal_at(first - 1)
    db.session.execute(
        delete(SEALS).where(SEALS.c.position >= first, SEALS.c.position < last.position)
    )
    taken = ("gap", first, last.position, before.hash if before else seals.START, last.hash)
    nothing = {"event_id": None, "who_salt": "", "who": "", "what_salt": "", "what": ""}
    db.session.execute(
        update(SEALS)
        .where(SEALS.c.position == last.position)
        .values(first=first, released=seals.sign(settings.encryption_keys[0], *taken), **nothing)
    )


def _seal_at(position: int) -> Any:
    return db.session.execute(select(SEALS).where(SEALS.c.position == position)).one_or_none()
