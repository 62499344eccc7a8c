"""Seats: among all workers, no more threads keep the cores busy than there are cores.

Two threads that hash passwords on one core take turns there, and each drives the other's memory
out of the caches: both take a tenth longer. So a worker with a core of its own hashes at the seat
of that core; where another one is free, a second thread of it may borrow that.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

#: A borrower leaves after one hash, which takes 20 ms on a core that does nothing else.
LONGEST_WAIT_SECONDS = 0.5
STEP_SECONDS = 0.001
#: Where the two files of a seat are opened: its door, and the seat itself.
Place = tuple[str, str]


def make(number: int) -> tuple[Place, ...]:
    """Make so many seats, which last as long as this process; return where to open them.

    They are files in memory: nothing is left behind, and nobody else can find them. None where
    the system has no such files.
    """
    try:
        return tuple((_make_file(), _make_file()) for _ in range(number))
    except (AttributeError, OSError):  # not Linux; or a sandbox forbids it
        return ()


def _make_file() -> str:
    return f"/proc/{os.getpid()}/fd/{os.memfd_create('seat')}"


class Seat:
    """The right to keep one core busy; a process that dies with it gives it back."""

    def __init__(self, place: Place) -> None:
        """Open it.

        Raises:
            OSError: it cannot be opened from here, or a sandbox forbids locks.
        """
        self._door, self._seat = (os.open(file, os.O_RDWR | os.O_CLOEXEC) for file in place)
        fcntl.flock(self._seat, fcntl.LOCK_UN)  # or every batch would wait in vain

    def take(self) -> None:
        """Wait until it is free; meanwhile nobody else can borrow it.

        Whoever does not leave in time may have been stopped: better crowded than never.
        """
        until = time.monotonic() + LONGEST_WAIT_SECONDS
        if _waits_for(self._door, until):
            _waits_for(self._seat, until)
            _unlock(self._door)

    def borrow(self) -> bool:
        """Take it if it is free and nobody waits for it; tell whether that was so.

        Whoever waits stands in the door: a lock that is given back is not handed on, and without
        a door the borrower would have it again before they notice.
        """
        if not _locks(self._door):
            return False
        try:
            return _locks(self._seat)
        finally:
            _unlock(self._door)

    def give_back(self) -> None:
        """Let the next one sit."""
        _unlock(self._seat)


def _waits_for(file: int, until: float) -> bool:
    while not _locks(file):
        if time.monotonic() > until:
            return False
        time.sleep(STEP_SECONDS)
    return True


def _locks(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _unlock(file: int) -> None:
    with suppress(OSError):
        fcntl.flock(file, fcntl.LOCK_UN)


class Seats:
    """The seats as one worker sees them: its own, and those of others.

    Without any, everybody may always sit: the kernel shares out the cores. A seat keeps processes
    apart, not the threads of one: one of them uses `own`, another one `any_other`.
    """

    def __init__(self, places: Sequence[Place] = (), own: int = 0) -> None:
        """Open the seats; `own` counts from 0.

        Raises:
            OSError: they cannot be opened from here, or not be locked.
        """
        seats = [Seat(place) for place in places]
        self._own = seats[own] if seats else None
        # Neighbours ask in different orders.
        self._others = [*seats[own + 1 :], *seats[:own]]

    @property
    def are_limited(self) -> bool:
        """Tell whether anybody has ever to wait for one."""
        return self._own is not None

    @contextmanager
    def own(self) -> Iterator[None]:
        """Sit at the own seat inside the block; wait for it."""
        if self._own is None:
            yield
            return
        self._own.take()
        try:
            yield
        finally:
            self._own.give_back()

    @contextmanager
    def any_other(self) -> Iterator[bool]:
        """Sit at a seat of others inside the block if one is free now; tell whether one was."""
        borrowed = next((seat for seat in self._others if seat.borrow()), None)
        try:
            yield borrowed is not None or not self.are_limited
        finally:
            if borrowed is not None:
                borrowed.give_back()
