"""Stalls: keep somebody busy for as long as a test needs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.security.batches import Batches

LONG = 30.0


def wait(*, until: Callable[[], bool]) -> None:
    """Wait until it is so; fail when it never comes to that."""
    end = time.monotonic() + LONG
    while not until():
        assert time.monotonic() < end, "it never came to that"
        threading.Event().wait(0.001)


@contextmanager
def occupied(batches: Batches) -> Iterator[Callable[[int], None]]:
    """Keep the first thread of these batches busy; lend a way to wait until so many wait for it.

    Others help meanwhile, so that nothing waits, unless they find no seat.
    """
    begun, freed = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        freed.wait(LONG)

    def wait_for(number: int) -> None:
        wait(until=lambda: batches.waiting >= number)
        assert batches.waiting == number

    holder = threading.Thread(target=batches.do, args=(work,), kwargs={"patience": LONG})
    holder.start()
    assert begun.wait(LONG), "nobody began"
    try:
        yield wait_for
    finally:
        freed.set()
        holder.join()
