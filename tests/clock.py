"""A clock that stands still until it is moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Time as tests tell it to `app.clock`; whole seconds, as claims carry them."""

    def __init__(self) -> None:
        self.time = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 (here real time comes in)

    def __call__(self) -> datetime:
        """Return the time."""
        return self.time

    def move(self, by: timedelta | None = None, **units: float) -> datetime:
        """Move on by a duration, or by units as `timedelta` names them; return the new time."""
        self.time += by if by is not None else timedelta(**units)
        return self.time
