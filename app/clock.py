"""The only clock: every lifetime is judged by `now()`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime


def _system_time() -> datetime:
    return datetime.now(UTC)


class _Source:
    """Hold the function that tells the time; tests put their own here."""

    tell: Callable[[], datetime] = staticmethod(_system_time)


def now() -> datetime:
    """Return the current time, aware, in UTC."""
    return _Source.tell()


def timestamp() -> int:
    """Return the current time in whole seconds since 1970, as JWT claims carry it."""
    return int(now().timestamp())


def set_source(tell: Callable[[], datetime] | None) -> None:
    """Replace the source of time; None gives the system's back. For tests alone."""
    _Source.tell = staticmethod(tell or _system_time)
