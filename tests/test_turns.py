"""Writers of a SQLite file queue up: none fails, none is skipped, no turn is kept."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import (
    Column,
    Engine,
    Executable,
    Integer,
    MetaData,
    Table,
    create_engine,
    event,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.pool import StaticPool

from app.database import engine_options
from app.turns import WriterTurns

METADATA = MetaData()
COUNTER = Table(
    "counter", METADATA, Column("id", Integer, primary_key=True), Column("value", Integer)
)


def opened(path: Path, *, wait: float = 5) -> Engine:
    """Return an engine on the file, as another process would have it."""
    url = f"sqlite:///{path}"
    engine = create_engine(url, **engine_options(url))
    WriterTurns(str(path), wait).attach(engine)
    return engine


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a database with one counter at zero."""
    path = tmp_path / "turns.db"
    engine = opened(path)
    METADATA.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(COUNTER), {"id": 1, "value": 0})
    return path


def value(engine: Engine) -> int:
    """Return the counter."""
    with engine.connect() as connection:
        return int(connection.scalar(select(COUNTER.c.value)) or 0)


def refuse(engine: Engine, statement: Executable, rows: list[dict[str, int]] | None = None) -> None:
    """Try to write while somebody else does; the turn does not come in time."""
    with pytest.raises(OperationalError, match="no turn"), engine.begin() as second:
        second.execute(statement, rows)


def test_many_writers_at_once_all_write(file: Path) -> None:
    """Read, add one, write: a lost update or an error would show."""
    engine = opened(file)

    def count() -> None:
        for _ in range(25):
            with engine.begin() as connection:
                connection.execute(update(COUNTER).values(value=COUNTER.c.value + 1))

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert value(engine) == 200


def test_turn_is_given_back_after_an_error_and_after_a_rollback(file: Path) -> None:
    """A failed transaction must not stop the next writer."""
    engine = opened(file, wait=0.2)
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(insert(COUNTER), {"id": 1, "value": 5})
    with engine.connect() as connection:
        connection.execute(update(COUNTER).values(value=7))
        connection.rollback()

    with engine.begin() as connection:
        connection.execute(update(COUNTER).values(value=9))
    assert value(engine) == 9


def test_writer_that_waits_too_long_is_told_to_come_back(file: Path) -> None:
    """An operational error becomes 503 with Retry-After, never a hang."""
    engine = opened(file, wait=0.05)
    with engine.begin() as first:
        first.execute(update(COUNTER).values(value=1))
        refuse(engine, update(COUNTER).values(value=2))

    assert value(engine) == 1


def test_savepoint_begins_a_transaction_that_can_wait(file: Path) -> None:
    """SQLite would otherwise start it as a reader, which cannot become a writer later."""
    engine = opened(file)
    with engine.begin() as connection:
        with connection.begin_nested():
            connection.execute(update(COUNTER).values(value=3))
        driver = connection.connection.driver_connection
        assert driver is not None
        assert driver.in_transaction

    assert value(engine) == 3


def test_reader_takes_no_turn(file: Path) -> None:
    """Reading goes on while somebody writes."""
    engine = opened(file, wait=0.05)
    with engine.begin() as writer:
        writer.execute(update(COUNTER).values(value=4))
        assert value(engine) == 0


def test_many_rows_at_once_wait_for_the_turn(file: Path) -> None:
    """The driver has another way for them."""
    engine = opened(file, wait=0.05)
    rows = [{"id": number, "value": 0} for number in (2, 3)]
    with engine.begin() as first:
        first.execute(insert(COUNTER), rows)
        refuse(engine, insert(COUNTER), [{"id": number, "value": 1} for number in (2, 3)])

    assert value(engine) == 0


def test_statement_that_is_indented_and_small_waits_for_the_turn(file: Path) -> None:
    """The driver begins a transaction before it, too."""
    engine = opened(file, wait=0.05)
    with engine.begin() as first:
        first.execute(text("\n  update counter set value = 5"))
        refuse(engine, text("\n  update counter set value = 6"))

    assert value(engine) == 5


def test_turn_is_given_back_when_a_connection_is_closed(file: Path) -> None:
    """One that is of no use any more is closed without a rollback."""
    engine = opened(file, wait=0.05)
    with engine.connect() as connection:
        connection.execute(update(COUNTER).values(value=8))
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.close()
        connection.invalidate()

    with engine.begin() as other:
        other.execute(update(COUNTER).values(value=9))
    assert value(engine) == 9


def test_turn_is_given_back_when_a_commit_fails(file: Path) -> None:
    """SQLAlchemy takes such a transaction for ended, and rolls nothing back."""
    engine = opened(file, wait=0.05)
    with engine.connect() as connection:
        connection.execute(text("PRAGMA foreign_keys = ON"))
        connection.execute(
            text("CREATE TABLE child (id REFERENCES counter (id) DEFERRABLE INITIALLY DEFERRED)")
        )
        connection.execute(text("INSERT INTO child VALUES (99)"))
        with pytest.raises(IntegrityError):
            connection.commit()

    with engine.begin() as other:
        assert other.scalar(text("SELECT count(*) FROM child")) == 0
        other.execute(update(COUNTER).values(value=9))
    assert value(engine) == 9


def test_database_in_memory_has_one_connection() -> None:
    """It takes no size of a pool, and no turn."""
    engine = create_engine("sqlite://", poolclass=StaticPool, **engine_options("sqlite://"))
    METADATA.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(COUNTER), {"id": 1, "value": 3})

    assert value(engine) == 3


def test_writer_reads_on_after_its_turn(file: Path) -> None:
    """The turn ends with the transaction, not with the connection."""
    engine = opened(file, wait=0.05)
    with engine.connect() as first:
        first.execute(update(COUNTER).values(value=1))
        first.commit()
        with engine.begin() as second:
            second.execute(update(COUNTER).values(value=2))
        assert first.scalar(select(COUNTER.c.value)) == 2


def test_burst_opens_no_connection_twice(file: Path) -> None:
    """Each new one reads the schema: that took longer than the request it was for."""
    engine = opened(file)
    made: list[object] = []
    event.listen(engine, "connect", lambda connection, _entry: made.append(connection))
    for _ in range(2):
        held = [engine.connect() for _ in range(20)]
        for connection in held:
            connection.close()

    assert len(made) == 20
