"""Turns: writers of a SQLite file queue up instead of trying their luck.

SQLite lets one transaction write at a time and makes the others sleep and retry, for up to a
tenth of a second; under load some wait for seconds while the file is free. Here a writer first
takes its turn: a lock among the threads of the process, then one among processes. A turn is
taken with the first write of a transaction and given back when its connection is.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

STEP_SECONDS = 0.00005
MARK = "sealwax.turn"


class WriterTurns:
    """The queue of writers of one database file."""

    def __init__(self, database: str, longest_wait: float) -> None:
        self._longest_wait = longest_wait
        self._threads = threading.Lock()
        self._file = os.open(Path(f"{database}-turn"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def attach(self, engine: Engine) -> None:
        """Make every connection of the engine take its turn."""
        event.listen(engine, "before_cursor_execute", self._before_statement)
        event.listen(engine, "savepoint", self._before_savepoint)
        event.listen(engine.pool, "checkin", self._give_back)

    def _before_statement(
        self,
        connection: Connection,
        _cursor: Any,
        _statement: str,
        _parameters: Any,
        context: Any,
        _many: bool,  # noqa: FBT001 (the signature of the event)
    ) -> None:
        if context is not None and (context.isinsert or context.isupdate or context.isdelete):
            self._take(connection)

    def _before_savepoint(self, connection: Connection, _name: str) -> None:
        """Begin for real: SQLite would begin a transaction that cannot wait for the lock."""
        self._take(connection)
        driver = connection.connection.driver_connection
        if driver is not None and not driver.in_transaction:
            driver.execute("BEGIN IMMEDIATE")

    def _take(self, connection: Connection) -> None:
        if MARK in connection.info:
            return
        until = time.monotonic() + self._longest_wait
        if not self._threads.acquire(timeout=self._longest_wait):
            raise _too_late()
        while not self._lock_file():
            if time.monotonic() > until:
                self._threads.release()
                raise _too_late()
            time.sleep(STEP_SECONDS)
        connection.info[MARK] = True

    def _lock_file(self) -> bool:
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _give_back(self, _driver: Any, entry: ConnectionPoolEntry) -> None:
        if entry.info.pop(MARK, None):
            fcntl.lockf(self._file, fcntl.LOCK_UN)
            self._threads.release()


def _too_late() -> OperationalError:
    reason = Exception("no turn to write came in time")
    return OperationalError(None, None, reason)
