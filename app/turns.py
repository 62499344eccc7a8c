"""Turns: writers of a SQLite file queue up instead of trying their luck.

SQLite lets one transaction write at a time and makes the others sleep and retry, for up to a
tenth of a second; under load some wait for seconds while the file is free. Here a writer first
takes its turn: a lock among the threads of the process, then one among processes. A turn is
taken with the first write of a transaction and given back at its end.

The driver's own classes are extended: listening to SQLAlchemy's events made every statement
dearer, those that only read too.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import ConnectionPoolEntry

STEP_SECONDS = 0.00005
#: How statements begin before which the driver begins a transaction by itself.
WRITES = frozenset({"INSERT", "UPDATE", "DELETE", "REPLAC"})
SAVEPOINT = "SAVEPO"
LETTERS = len(SAVEPOINT)


class WriterTurns:
    """The queue of writers of one database file."""

    def __init__(self, database: str, longest_wait: float) -> None:
        self._longest_wait = longest_wait
        self._threads = threading.Lock()
        self._file = os.open(Path(f"{database}-turn"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def attach(self, engine: Engine) -> None:
        """Make every connection of the engine take its turn; they have to be of `Connection`."""
        event.listen(engine, "connect", self._let_queue)

    def _let_queue(self, connection: Connection, _entry: ConnectionPoolEntry) -> None:
        connection.turns = self

    def take(self) -> None:
        """Wait for the turn.

        Raises:
            sqlite3.OperationalError: it did not come in time.
        """
        until = time.monotonic() + self._longest_wait
        if not self._threads.acquire(timeout=self._longest_wait):
            raise _too_late()
        try:
            self._wait_for_processes(until)
        except BaseException:
            self._threads.release()
            raise

    def _wait_for_processes(self, until: float) -> None:
        while not self._lock_file():
            if time.monotonic() > until:
                raise _too_late()
            time.sleep(STEP_SECONDS)

    def _lock_file(self) -> bool:
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def give_back(self) -> None:
        """Let the next one write."""
        try:
            fcntl.lockf(self._file, fcntl.LOCK_UN)
        finally:
            self._threads.release()


class Connection(sqlite3.Connection):
    """A connection that takes its turn before the driver begins a transaction that writes.

    What goes round the cursors it makes goes round the turn, too: `with connection`, for example.
    """

    turns: WriterTurns | None = None
    has_turn = False

    def cursor(self, factory: Any = None) -> Any:
        """Return a cursor whose statements wait for the turn."""
        return super().cursor(factory or _Cursor)

    def before(self, statement: str) -> None:
        """Take the turn if this statement begins a transaction that writes."""
        word = statement.lstrip()[:LETTERS].upper()
        if word in WRITES:
            self._take_turn()
        elif word == SAVEPOINT:
            self._take_turn()
            if not self.in_transaction:  # SQLite would begin one that cannot wait for the lock
                self.execute("BEGIN IMMEDIATE")

    def execute(self, statement: str, parameters: Any = (), /) -> Any:
        """Run a statement on a cursor of ours: the driver would take one of its own."""
        return self.cursor().execute(statement, parameters)

    def commit(self) -> None:
        """Make it durable, and let the next one write.

        What cannot be made durable is forgotten at once: SQLAlchemy takes a transaction whose end
        has failed for ended, and would give the connection to somebody else with it open.
        """
        try:
            super().commit()
        except BaseException:
            self.rollback()
            raise
        self._give_turn_back()

    def rollback(self) -> None:
        """Forget it, and let the next one write."""
        try:
            super().rollback()
        finally:
            self._give_turn_back()

    def close(self) -> None:
        """Close, and let the next one write."""
        try:
            super().close()
        finally:
            self._give_turn_back()

    def _take_turn(self) -> None:
        if self.turns is not None and not self.has_turn:
            self.turns.take()
            self.has_turn = True

    def _give_turn_back(self) -> None:
        if self.turns is not None and self.has_turn:
            self.has_turn = False
            self.turns.give_back()


class _Cursor(sqlite3.Cursor):
    connection: Connection

    def execute(self, statement: str, parameters: Any = (), /) -> Self:
        self.connection.before(statement)
        return super().execute(statement, parameters)

    def executemany(self, statement: str, parameters: Iterable[Any], /) -> Self:
        self.connection.before(statement)
        return super().executemany(statement, parameters)


def _too_late() -> sqlite3.OperationalError:
    return sqlite3.OperationalError("no turn to write came in time")
