"""Writes past the session store what it would store, decide as it would, and lose nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Table, bindparam, cast, delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.types import Text

from app.models import Attempt, Family, Throttle
from app.writes import NumberedInsert, Write
from tests import factories

ATTEMPTS, THROTTLES, FAMILIES = Attempt.__table__, Throttle.__table__, Family.__table__
NOON = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


def attempt(**changes: Any) -> dict[str, Any]:
    """Return a row with a text, a time, a list of objects and nothing at all."""
    checks = [{"check": "état", "ok": True, "sent": None}]
    row = {"reference": "AB12-CD34", "at": NOON, "endpoint": "token", "outcome": "ok"}
    row |= {"reason": "100 %", "client_id": "app", "user_id": None, "checks": checks}
    return row | changes


def throttle(key: str, *, failures: int = 1) -> dict[str, Any]:
    """Return the row of a count."""
    return {"key": key, "failures": failures, "blocked_until": NOON, "expires_at": NOON}


def stored(db: SQLAlchemy, table: Table) -> list[dict[str, Any]]:
    """Return all rows of a table, without the numbers the database gave them."""
    rows = db.session.execute(select(table)).mappings().all()
    return [{name: value for name, value in row.items() if name != "id"} for row in rows]


def test_stores_what_the_session_stores(db: SQLAlchemy) -> None:
    """Times, objects, percent signs and NULL: types make the same of a value either way."""
    elsewhere = NOON.astimezone(timezone(timedelta(hours=5)))
    Write(insert(ATTEMPTS)).run(attempt(at=elsewhere))
    db.session.execute(insert(ATTEMPTS), attempt(at=elsewhere))

    ours, theirs = stored(db, ATTEMPTS)
    assert ours == theirs == attempt()


@pytest.mark.parametrize("claims", [None, {"userinfo": ["email"]}])
def test_keeps_nothing_apart_from_null(db: SQLAlchemy, claims: Any) -> None:
    """What a JSON column makes of None is told apart by conditions, not by reading it back."""
    user, client = factories.user(), factories.client().client
    row = {"user_id": user.id, "client_pk": client.id, "reference": "AB12-CD34", "scope": "openid"}
    row |= {"auth_time": NOON, "acr": "1", "amr": ["pwd"], "epoch": 0, "created_at": NOON}
    row |= {"code_expires_at": NOON, "redirect_uri": "", "claims_request": claims}
    Write(insert(FAMILIES)).run(row | {"id": "ours"})
    db.session.execute(insert(FAMILIES), row | {"id": "theirs"})

    ours, theirs = db.session.scalars(select(cast(FAMILIES.c.claims_request, Text))).all()
    assert ours == theirs


@pytest.mark.usefixtures("db")
def test_words_of_its_own_hold_percent_signs() -> None:
    """Drivers that mark parameters with them want others twice."""
    add = Write(insert(THROTTLES))
    forget = Write(
        delete(THROTTLES).where(
            THROTTLES.c.key == bindparam("of_key"), text("length(throttle.key) % 2 = 1")
        )
    )
    for key in ("odd", "even"):
        add.run(throttle(key))
    assert [forget.run({"of_key": key}) for key in ("odd", "even")] == [1, 0]


def test_tells_how_many_rows_it_changed(db: SQLAlchemy) -> None:
    """That is what decides who was first."""
    add = Write(insert(THROTTLES))
    spend = Write(
        update(THROTTLES)
        .where(THROTTLES.c.key == bindparam("of_key"), THROTTLES.c.failures == 1)
        .values(failures=2)
    )
    forget = Write(delete(THROTTLES).where(THROTTLES.c.key == bindparam("of_key")))
    later = NOON + timedelta(hours=1)

    assert [add.run(throttle(key)) for key in "ab"] == [1, 1]
    assert [spend.run({"of_key": "a", "expires_at": later}) for _ in range(2)] == [1, 0]
    assert [forget.run({"of_key": "b"}) for _ in range(2)] == [1, 0]
    assert stored(db, THROTTLES) == [throttle("a", failures=2) | {"expires_at": later}]


def test_gives_the_number_of_a_new_row(db: SQLAlchemy) -> None:
    """On SQLite the driver knows it, PostgreSQL is asked for it."""
    add = NumberedInsert(insert(ATTEMPTS))
    numbers = [add.add(attempt(reason=str(turn))) for turn in range(3)]

    reasons = dict(db.session.execute(select(ATTEMPTS.c.id, ATTEMPTS.c.reason)).all())
    assert [reasons[number] for number in numbers] == ["0", "1", "2"]


def test_belongs_to_the_transaction_of_the_session(db: SQLAlchemy) -> None:
    """What is rolled back is gone, whichever way it was written."""
    Write(insert(THROTTLES)).run(throttle("a"))
    db.session.execute(insert(THROTTLES), throttle("b"))
    db.session.rollback()
    assert stored(db, THROTTLES) == []


def test_refuses_a_row_without_what_has_a_default_in_python(db: SQLAlchemy) -> None:
    """Defaults in Python are the session's: here nobody would make the value."""
    row = attempt()
    del row["at"]
    with pytest.raises(KeyError, match=r"^'at'$"):
        Write(insert(ATTEMPTS)).run(row)
    assert stored(db, ATTEMPTS) == []


@pytest.mark.parametrize("changed", ["one more", "one less"])
def test_refuses_other_columns_than_those_of_the_first_run(db: SQLAlchemy, changed: str) -> None:
    """They would be left out, and nobody would know."""
    whole = attempt()
    less = {name: value for name, value in whole.items() if name != "user_id"}
    first, second = (less, whole) if changed == "one more" else (whole, less)
    write = Write(insert(ATTEMPTS))
    write.run(first)
    with pytest.raises(KeyError, match="user_id"):
        write.run(second)
    assert len(stored(db, ATTEMPTS)) == 1


@pytest.mark.usefixtures("db")
def test_refuses_values_that_the_statement_has_already_or_knows_nothing_of() -> None:
    """The one that was given would not count."""
    statement = update(THROTTLES).where(THROTTLES.c.key == bindparam("of_key")).values(failures=2)
    for values in ({"of_key": "a", "failures": 3}, {"of_key": "a", "others": 3}):
        with pytest.raises(KeyError):
            Write(statement).run(values)


def test_a_first_run_that_fails_decides_nothing(db: SQLAlchemy) -> None:
    """Whatever was left out then may be there the next time."""
    write = Write(insert(THROTTLES))
    row = throttle("a")
    with pytest.raises(IntegrityError):
        write.run({name: value for name, value in row.items() if name != "failures"})
    db.session.rollback()
    assert write.run(row) == 1


def test_refuses_a_time_without_a_zone(db: SQLAlchemy) -> None:
    """It would be read in the server's zone."""
    with pytest.raises(ValueError, match="naive"):
        Write(insert(ATTEMPTS)).run(attempt(at=NOON.replace(tzinfo=None)))
    assert stored(db, ATTEMPTS) == []


def test_leaves_the_parameters_out_of_errors(db: SQLAlchemy) -> None:
    """They may be addresses or digests, and an error ends up in the log."""
    add = Write(insert(THROTTLES))
    add.run(throttle("a"))
    with pytest.raises(IntegrityError) as caught:
        add.run(throttle("a", failures=4711))
    assert "4711" not in str(caught.value)
    db.session.rollback()
