"""Writes: statements on a busy road that change a row or two, compiled once, run by the driver.

SQLAlchemy looks up what it has compiled each time a statement runs, and makes objects of its
parameters and its outcome. That is three times what the driver and SQLite need for the row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import CursorResult, Dialect, Insert
from sqlalchemy.sql import Delete, Update

from app.database import db

Statement = Insert | Update | Delete
#: By the names of columns and parameters.
Values = Mapping[str, Any]


class _Prepared:
    """A statement with the same columns and parameters each time.

    It runs in the transaction of the session, and goes past its objects: what they hold is not
    flushed before, and does not change. It knows no lists (IN).
    """

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        #: By the name of the dialect: tests have several databases in one process.
        self._compiled: dict[str, Compiled] = {}

    def _execute(self, values: Values) -> CursorResult[Any]:
        connection = db.session.connection()
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name) or Compiled(
            self._statement, values, dialect=dialect
        )
        done = connection.exec_driver_sql(compiled.text, compiled.parameters(values))
        # Kept only now: a first run that fails must not decide which columns there are.
        self._compiled[dialect.name] = compiled
        return done


class Write(_Prepared):
    """An INSERT, UPDATE or DELETE that tells how many rows it changed."""

    def __init__(self, statement: Statement) -> None:
        # Inline: PostgreSQL need not give back the number of a new row.
        super().__init__(statement.inline() if isinstance(statement, Insert) else statement)

    def run(self, values: Values) -> int:
        """Run it; return how many rows it changed.

        Raises:
            KeyError: the names are not those of the statement, or not those of the first run.
        """
        return self._execute(values).rowcount


class NumberedInsert(_Prepared):
    """An INSERT, never over a row that is there, into a table that numbers its rows."""

    def __init__(self, statement: Insert) -> None:
        super().__init__(statement)

    def add(self, values: Values) -> int:
        """Insert the row; return its number.

        Raises:
            KeyError: the names are not those of the statement, or not those of the first run.
        """
        done = self._execute(values)
        number: int = done.scalar_one() if done.returns_rows else done.lastrowid
        return number


class Compiled:
    """A statement in the words of one database, for values of these names."""

    def __init__(self, statement: Statement, values: Values, *, dialect: Dialect) -> None:
        columns = [name for name in values if name in statement.table.columns]
        made = statement.compile(dialect=dialect, column_keys=columns)
        self.text = made.string
        #: Their order, where the driver wants one; names otherwise.
        self._places = made.positiontup
        self._constants: dict[str, Any] = {}
        self._processors: dict[str, Callable[[Any], Any] | None] = {}
        # What has a default in Python is asked for here: nobody would make the value.
        defaults = {column.name for column in made.prefetch}
        for bind, name in made.bind_names.items():
            processor = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if bind.required or name in defaults:
                self._processors[name] = processor
            else:
                self._constants[name] = processor(bind.value) if processor else bind.value
        if values.keys() != self._processors.keys():
            raise KeyError(*sorted(values.keys() ^ self._processors.keys()))

    def parameters(self, values: Values) -> Any:
        """Return what the driver takes.

        Raises:
            KeyError: a value is missing, or there is one too many: it would be left out silently.
        """
        if len(values) > len(self._processors):
            raise KeyError(*sorted(values.keys() - self._processors.keys()))
        ready = {
            name: processor(values[name]) if processor else values[name]
            for name, processor in self._processors.items()
        }
        ready.update(self._constants)
        return ready if self._places is None else tuple([ready[name] for name in self._places])
