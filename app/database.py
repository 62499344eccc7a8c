"""The database: engine options, base class of all tables, `commit()` and `reading()`.

A transaction begins at the first write, on both engines: reads before it see what others
have committed (READ COMMITTED). On SQLite that first write takes the write lock at once
(BEGIN IMMEDIATE), so a transaction waits for its turn instead of failing at the end.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, cast

from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import (
    ColumnElement,
    Connection,
    CursorResult,
    DateTime,
    Delete,
    Dialect,
    Index,
    Insert,
    MetaData,
    Table,
    Update,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from app import turns

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLITE_WAIT_SECONDS = 5
#: No row has a larger number, and PostgreSQL would refuse to compare one.
LARGEST_ID = 2**31 - 1
#: No size, so as many as threads have needed at once: each beyond it would be closed after its use,
#: and the next one read the schema anew, which takes longer than most requests. What is in memory
#: has one connection alone.
KEEP_ALL = {"pool_size": 0}


class Base(DeclarativeBase):
    """Give every table the same naming convention for its constraints."""

    metadata = MetaData(naming_convention=NAMING)

    if TYPE_CHECKING:
        __table__: ClassVar[Table]  # never another kind of selectable here


class OneDatabaseSession(Session):
    """A session that need not look up for every statement which database it is for."""

    @cached_property
    def _engine(self) -> Engine:
        return self._db.engine

    def get_bind(self, *_about: Any, bind: Engine | Connection | None = None, **_more: Any) -> Any:
        """Return the database, whatever is asked; a bind that is given counts."""
        return bind or self._engine


db = SQLAlchemy(
    model_class=Base,
    session_options={"class_": OneDatabaseSession, "expire_on_commit": False},
)

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


def partial_index(name: str, *columns: str, of: str, unique: bool = False) -> Index:
    """Return an index of those rows alone for which a condition holds, on both engines."""
    only = text(of)
    return Index(name, *columns, unique=unique, sqlite_where=only, postgresql_where=only)


class UTCDateTime(TypeDecorator[datetime]):
    """An aware UTC time; SQLite keeps it without zone, PostgreSQL with."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Refuse naive times: they would be read in the server's zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a naive datetime cannot be stored"
            raise ValueError(message)
        # SQLAlchemy writes the digits of a time to SQLite and leaves its zone out.
        return value if value.tzinfo is UTC else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return value.replace(tzinfo=UTC)
        return value.astimezone(UTC)


def commit() -> None:
    """Make everything since the first write durable. Called by web, jobs and cli only.

    A request that has not come to the database at all has nothing to end, and makes no session
    for that: it is a fifteenth of a token request.
    """
    if db.session.registry.has():
        db.session.commit()


def rollback() -> None:
    """Forget everything since the first write."""
    db.session.rollback()


def rows_changed(statement: Insert | Update | Delete, values: Any = None) -> int:
    """Run a statement that decides something; return how many rows it changed."""
    done = cast("CursorResult[Any]", db.session.execute(statement, values))
    return done.rowcount


def end_reads() -> None:
    """Give the connection back before a hash or a network: nobody waits with one in hand.

    What was read stays as it was read. A rollback would read it again when it is next looked at:
    a link that was replaced meanwhile would be compared with itself, and prove somebody else's
    address (security.md RV08).

    Raises:
        RuntimeError: something was written and not committed: others would wait for it, too.
    """
    if not db.session().in_transaction():
        return
    if db.session.new or db.session.dirty or db.session.deleted or _has_written():
        message = "commit before a request to somebody else"
        raise RuntimeError(message)
    db.session.commit()


def _has_written() -> bool:
    connection = db.session.connection()
    if is_sqlite():
        return bool(connection.connection.dbapi_connection.in_transaction)  # type: ignore[union-attr]
    return connection.scalar(text("SELECT pg_current_xact_id_if_assigned()")) is not None


@contextmanager
def at_once() -> Iterator[Connection]:
    """Lend a transaction of its own, durable at its end: for what others must know before we act.

    Nothing may be written and not committed in the session: the two would wait for each other.
    """
    with db.engine.begin() as connection:
        yield connection


@contextmanager
def reading() -> Iterator[Connection]:
    """Lend a pooled connection for reads alone: no transaction, no session, no round trips."""
    engine: Engine = current_app.extensions["sealwax.reading"]
    with engine.connect() as connection:
        yield connection


def is_sqlite() -> bool:
    """Tell whether the embedded engine is in use."""
    engine: Engine = current_app.extensions["sealwax.reading"]
    return engine.dialect.name == "sqlite"


def insert_or(table: Table, *, sqlite: bool | None = None) -> PostgresqlInsert:
    """Return an INSERT that can say ON CONFLICT; the engine in use decides unless it is given.

    Both engines' statements have the same methods; one type is enough for the reader.
    """
    here = is_sqlite() if sqlite is None else sqlite
    return cast("PostgresqlInsert", (SqliteInsert if here else PostgresqlInsert)(table))


def insert_or_update(
    table: Table,
    key: Mapping[str, Any],
    values: Mapping[str, Any],
    *,
    where: ColumnElement[bool] | None = None,
) -> PostgresqlInsert:
    """Return the statement that keeps a row in place of an earlier one of the same unique key.

    It is one statement: a button may be pressed twice, and two tabs come back at once. An earlier
    row for which `where` does not hold stays as it is, and RETURNING gives nothing then.
    """
    row = insert_or(table).values(**key, **values)
    return row.on_conflict_do_update(index_elements=list(key), set_=values, where=where)


def is_reachable() -> bool:
    """Tell whether the database answers."""
    try:
        with reading() as connection:
            connection.execute(text("SELECT 1"))
    except (OperationalError, PoolTimeout):
        return False
    return True


def is_busy(error: Exception) -> bool:
    """Tell whether an error means: the database is away, locked or overworked; try again."""
    return isinstance(error, (OperationalError, PoolTimeout))


def engine_options(url: str) -> dict[str, Any]:
    """Return the options of the engine for this database URL.

    Parameters are hidden in errors and logs: they may be addresses, digests or hashes.
    """
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite":
        return {
            "connect_args": {
                "factory": turns.Connection,
                "isolation_level": "IMMEDIATE",
                "timeout": SQLITE_WAIT_SECONDS,
            },
            "hide_parameters": True,
            **(KEEP_ALL if parts.database else {}),
        }
    guards = (
        "-c statement_timeout=3000 -c lock_timeout=2000 "
        "-c idle_in_transaction_session_timeout=10000"
    )
    return {
        "connect_args": {"options": guards, "connect_timeout": 3},
        "pool_size": 16,
        "max_overflow": 0,
        "pool_timeout": 3,
        "hide_parameters": True,
    }


def init_database(app: Flask, url: str) -> None:
    """Bind the database to an application."""
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url)
    db.init_app(app)
    with app.app_context():
        app.extensions["sealwax.reading"] = db.engine
        if is_sqlite():
            event.listen(db.engine, "connect", _prepare_sqlite)
            if file := db.engine.url.database:
                turns.WriterTurns(file, SQLITE_WAIT_SECONDS).attach(db.engine)
        else:
            # Autocommit saves the BEGIN and ROLLBACK round trips of a request that only reads;
            # both engines share one pool.
            reading_engine = db.engine.execution_options(isolation_level="AUTOCOMMIT")
            app.extensions["sealwax.reading"] = reading_engine


def _prepare_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    """Make an acknowledged write survive a power cut, and references hold."""
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
