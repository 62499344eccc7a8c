"""The statements of throttles: each decides in the database, and is built once.

Building one takes longer than running it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    Case,
    ColumnElement,
    String,
    bindparam,
    case,
    delete,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
    update,
)

from app.database import UTCDateTime, insert_or
from app.models import Throttle
from app.writes import Write

THROTTLES = Throttle.__table__
#: What does not have to wait. Not `now()`: a try beside this one may have read the clock before.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def _at(name: str) -> BindParameter[datetime]:
    return bindparam(name, type_=UTCDateTime())


def _moment(value: datetime) -> ColumnElement[datetime]:
    return literal(value, UTCDateTime())


@cache
def add(free: int, steps: range, *, sqlite: bool) -> Any:
    """Return the statement that adds one try; it gives no row if the count has to wait.

    The row says until when the next try waits. Parameters: `count`, `moment`, `until`, `longest`,
    and `after_N` for one try and each of the `steps` at which the wait grows.
    """
    forgotten = THROTTLES.c.expires_at <= _at("moment")
    first = insert_or(THROTTLES, sqlite=sqlite).values(
        key=bindparam("count"),
        failures=1,
        blocked_until=_at("after_1"),
        expires_at=_at("until"),
    )
    return first.on_conflict_do_update(
        index_elements=[THROTTLES.c.key],
        set_={
            "failures": case((forgotten, 1), else_=THROTTLES.c.failures + 1),
            "blocked_until": _next_block(free, steps, forgotten),
            "expires_at": _at("until"),
        },
        where=THROTTLES.c.blocked_until <= _at("moment"),
    ).returning(THROTTLES.c.blocked_until)


def _next_block(free: int, steps: range, forgotten: ColumnElement[bool]) -> Case[datetime]:
    """Return until when the next try waits, as SQL: the count is only known to the database."""
    return case(
        (forgotten, _at("after_1")),
        (THROTTLES.c.failures < free - 1, _moment(NEVER)),
        *((THROTTLES.c.failures == tries - 1, _at(f"after_{tries}")) for tries in steps),
        else_=_at("longest"),
    )


@cache
def let_both_through(*, sqlite: bool) -> Write:
    """Return the statement that lets a try through; it changes a row of each that need not wait.

    Parameters: `moment`, the keys `first` and `second`, and which of them is `forgotten`. It
    writes in any case, also where nothing is on record: a try beside it must wait for the end of
    this transaction. A row that is made for that is out of date at once.
    """
    # Not `values([...])`, which is compiled anew each time it runs. `true()`: SQLite would read
    # ON CONFLICT as the condition of a join.
    columns = ["key", "failures", "blocked_until", "expires_at"]
    first, second = (
        select(bindparam(place, type_=String()), literal(0), _moment(NEVER), _at("moment"))
        for place in ("first", "second")
    )
    is_forgotten = THROTTLES.c.key == bindparam("forgotten")
    return Write(
        insert_or(THROTTLES, sqlite=sqlite)
        .from_select(columns, union_all(first, second.where(true())))
        .on_conflict_do_update(
            index_elements=[THROTTLES.c.key],
            set_={"failures": case((is_forgotten, 0), else_=THROTTLES.c.failures)},
            where=THROTTLES.c.blocked_until <= _at("moment"),
        )
    )


@cache
def blocked_until(number: int) -> Any:
    """Return the statement that tells until when any of so many counts has to wait."""
    these = [THROTTLES.c.key == bindparam(f"key_{place}") for place in range(number)]
    return select(func.max(THROTTLES.c.blocked_until)).where(or_(*these))


FORGET = delete(THROTTLES).where(THROTTLES.c.key == bindparam("count"))
GIVE_BACK = (
    update(THROTTLES)
    .where(THROTTLES.c.key == bindparam("count"), THROTTLES.c.failures > 0)
    .values(
        failures=THROTTLES.c.failures - 1,
        blocked_until=case(
            (THROTTLES.c.failures <= bindparam("free"), _moment(NEVER)),
            else_=THROTTLES.c.blocked_until,
        ),
    )
)
