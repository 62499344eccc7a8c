"""Batches: work that leaves nothing in the processor's caches, done in a row.

A password hash runs through 19 MiB. Whatever follows it has to fetch from memory all that it needs,
and takes twice as long. So nobody goes on between two hashes of a batch: it is paid once for all.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from operator import methodcaller
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from app import cores

T = TypeVar("T")
log = logging.getLogger(__name__)
#: The gate has as many threads for people: all that wait in one process fit into a batch.
MOST_AT_ONCE = 8
#: How much this work gives way to all other (nice(1)): two threads get a quarter of a busy core.
#: Two at 5 cost a flood of token requests a fifth of its tokens; one at 10 left people who sign in
#: beside it without an answer in time.
GIVES_WAY = 8
#: Niceness goes no further.
LAST = 19


class Overworked(Exception):
    """Too much waits already: this piece of work was not begun in time."""


class Batches:
    """Threads that do what waits, batch by batch."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._starting = threading.Lock()
        self._process = 0
        self._queue: SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = SimpleQueue()

    @property
    def waiting(self) -> int:
        """Return how many pieces of work nobody has taken up yet."""
        return self._queue.qsize()

    def do(self, work: Callable[[], T], *, patience: float) -> T:
        """Return what the work returns, or raise what it raises.

        Raises:
            Overworked: it was not begun within `patience` seconds, and never will be.
        """
        self._start()
        done: Future[T] = Future()
        self._queue.put((done, work))
        try:
            return done.result(patience)
        except TimeoutError:
            if done.cancel():
                raise Overworked from None
            return done.result()

    def _start(self) -> None:
        """Start the threads, once in every process: a worker inherits none from the server."""
        if self._process == os.getpid():
            return
        with self._starting:
            if self._process != os.getpid():
                for _ in range(self.threads):
                    threading.Thread(target=self._work, name="batches", daemon=True).start()
                self._process = os.getpid()

    def _work(self) -> None:
        _give_way()
        cores.roam()  # whoever stays on a core would keep others from an idle one
        while True:
            self._do_next()  # a frame of its own: no typed password outlives its batch

    def _do_next(self) -> None:
        batch = self._next()
        try:
            ended = [(done, _outcome(work)) for done, work in batch if _begins(done)]
            for done, outcome in ended:
                outcome(done)
        except Exception:  # the thread has to live on, and nobody may wait for ever
            log.exception("a batch was lost")
        finally:
            for done, _ in batch:
                if done.running():
                    done.set_exception(Overworked())

    def _next(self) -> list[tuple[Future[Any], Callable[[], Any]]]:
        """Return this thread's share of what waits; wait until there is something."""
        batch = [self._queue.get()]
        share = min(MOST_AT_ONCE, -(-(self.waiting + 1) // self.threads))
        try:
            while len(batch) < share:
                batch.append(self._queue.get_nowait())
        except Empty:  # another thread has taken it
            pass
        return batch


def _give_way() -> None:
    """Let every other thread go first, this process's own above all.

    They need the core for a millisecond or two, a batch for a tenth of a second: taking turns with
    it, they would find their caches empty each time. A flood of sign-ins must not starve /token
    either. Threads have a niceness of their own on Linux alone.
    """
    if sys.platform == "linux":
        this = (os.PRIO_PROCESS, threading.get_native_id())
        with suppress(PermissionError):  # a sandbox may forbid it
            os.setpriority(*this, min(os.getpriority(*this) + GIVES_WAY, LAST))


def _begins(done: Future[Any]) -> bool:
    """Tell whether somebody still waits for it; from now on they cannot go away."""
    return done.set_running_or_notify_cancel()


def _outcome(work: Callable[[], Any]) -> Callable[[Future[Any]], None]:
    """Do the work; return how to hand out what came of it."""
    try:
        result = work()
    except BaseException as error:  # noqa: BLE001 (whoever waits for it gets it)
        return methodcaller("set_exception", error)
    return methodcaller("set_result", result)
