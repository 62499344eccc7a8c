"""Count what is asked of the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, event


@dataclass
class Statements:
    """The statements and commits since counting began."""

    sql: list[str] = field(default_factory=list)
    commits: int = 0

    @property
    def count(self) -> int:
        """Return how many statements there were."""
        return len(self.sql)

    def __str__(self) -> str:
        lines = [" ".join(statement.split())[:200] for statement in self.sql]
        return "\n".join([f"{self.count} statements, {self.commits} commits", *lines])


@contextmanager
def counted(engine: Engine) -> Iterator[Statements]:
    """Count the statements and commits on this engine within the block."""
    seen = Statements()

    def note_statement(*arguments: Any) -> None:
        seen.sql.append(arguments[2])

    def note_commit(_connection: Connection) -> None:
        seen.commits += 1

    event.listen(engine, "before_cursor_execute", note_statement)
    event.listen(engine, "commit", note_commit)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note_statement)
        event.remove(engine, "commit", note_commit)
