"""What a process may remember of the database, and for how long.

Several workers and hosts share only the database: a remembered value may be stale for
`LONGEST_SECONDS` at most, and the worker that changes it forgets it at once.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import date, datetime, timedelta
from typing import Any, TypeVar, cast

from flask import Flask, current_app

from app.clock import now

LONGEST_SECONDS = 2
MOST_ENTRIES = 10_000

T = TypeVar("T")


class Memory:
    """Values by key, each with the time until which it is believed."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[datetime, Any]] = {}
        #: Values that never change, by an identifier that is never given twice: parsed keys.
        self.parsed: dict[str, Any] = {}
        #: What this process has written down today, with the day: not to be written again.
        self.noted: dict[Hashable, date] = {}
        #: Keys of throttles that this process has seen having to wait; they may wait no more.
        self.waiting: set[str] = set()
        self._watchers: list[tuple[Hashable, Callable[[], None]]] = []

    def recall(self, key: Hashable, load: Callable[[], T]) -> T:
        """Return the remembered value, or load and remember it."""
        moment = now()
        found = self._kept.get(key)
        if found is not None and moment < found[0]:
            return cast("T", found[1])
        value = load()
        _make_room(self._kept)
        self._kept[key] = (moment + timedelta(seconds=LONGEST_SECONDS), value)
        return value

    def last(self, key: Hashable, otherwise: T) -> T:
        """Return what was remembered last, however old: for when the database cannot be asked."""
        found = self._kept.get(key)
        return otherwise if found is None else cast("T", found[1])

    def note(self, key: Hashable, day: date) -> None:
        """Keep in mind that something was written down on this day."""
        _make_room(self.noted)
        self.noted[key] = day

    def expect_wait(self, key: str) -> None:
        """Keep in mind that a throttle may have to wait."""
        _make_room(self.waiting)
        self.waiting.add(key)

    def forget(self, key: Hashable) -> None:
        """Load the value anew when it is next asked for."""
        self._kept.pop(key, None)
        for watched, forget in self._watchers:
            if watched == key:
                forget()

    def watch(self, key: Hashable, forget: Callable[[], None]) -> None:
        """Have something else forgotten with the value: what was made from it."""
        self._watchers.append((key, forget))

    def clear(self) -> None:
        """Forget everything that may change."""
        self._kept.clear()
        for _, forget in self._watchers:
            forget()


def _make_room(entries: dict[Any, Any] | set[str]) -> None:
    """Forget everything once it is too much: what strangers make up must not fill the memory."""
    if len(entries) >= MOST_ENTRIES:
        entries.clear()


def init_memory(app: Flask) -> None:
    """Give an application a memory."""
    app.extensions["sealwax.memory"] = Memory()


def memory() -> Memory:
    """Return the memory of the current application in this process."""
    return cast("Memory", current_app.extensions["sealwax.memory"])
