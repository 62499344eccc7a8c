"""Count what is asked of the database, and let no template ask anything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from flask import Flask
from jinja2 import Template
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import CacheStats

from app import writes
from app.writes import Compiled

_rendering = ContextVar[str | None]("rendering", default=None)


@dataclass
class Statements:
    """The statements and commits since counting began."""

    sql: list[str] = field(default_factory=list)
    #: Those of them that were compiled first, which takes longer than to run them.
    compiled: list[str] = field(default_factory=list)
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
        statement, context = arguments[2], arguments[4]
        seen.sql.append(statement)
        if context.compiled is not None and context.cache_hit is not CacheStats.CACHE_HIT:
            seen.compiled.append(statement)

    def note_commit(_connection: Connection) -> None:
        seen.commits += 1

    def compile_noted(statement: Any, *arguments: Any, **more: Any) -> Compiled:
        seen.compiled.append(str(statement))
        return Compiled(statement, *arguments, **more)

    event.listen(engine, "before_cursor_execute", note_statement)
    event.listen(engine, "commit", note_commit)
    try:
        with patch.object(writes, "Compiled", compile_noted):
            yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note_statement)
        event.remove(engine, "commit", note_commit)


class SilentTemplate(Template):
    """A template during whose rendering the database is not asked."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        """Return the page; a query on the way fails."""
        before = _rendering.set(self.name or "a template")
        try:
            return super().render(*args, **kwargs)
        finally:
            _rendering.reset(before)


def keep_templates_silent(app: Flask, engine: Engine) -> None:
    """Let a query that a template starts fail: what a page shows is loaded before."""
    app.jinja_env.template_class = SilentTemplate

    def refuse(*arguments: Any) -> None:
        assert _rendering.get() is None, f"{_rendering.get()} asks the database: {arguments[2]}"

    event.listen(engine, "before_cursor_execute", refuse)
