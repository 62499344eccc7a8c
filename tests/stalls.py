"""Stalls: keep somebody busy for as long as a test needs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.security.batches import Batches

LONG = 30.0


@contextmanager
def occupied(batches: Batches) -> Iterator[Callable[[int], None]]:
    """Keep the first thread of these batches busy; lend a way to wait until so many wait for it.

    Where there are more, they have to find no seat.
    """
    begun, freed = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        freed.wait(LONG)

    def wait_for(number: int) -> None:
        until = time.monotonic() + LONG
        while batches.waiting < number and time.monotonic() < until:
            threading.Event().wait(0.001)
        assert batches.waiting == number

    holder = threading.Thread(target=batches.do, args=(work,), kwargs={"patience": LONG})
    holder.start()
    assert begun.wait(LONG), "nobody began"
    try:
        yield wait_for
    finally:
        freed.set()
        holder.join()
