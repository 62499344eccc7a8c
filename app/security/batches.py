"""Batches: work that leaves nothing in the processor's caches, done in a row.

A password hash runs through 19 MiB. Whatever follows it has to fetch from memory all that it needs,
and takes twice as long. So nobody goes on between two hashes of a batch: it is paid once for all.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from operator import methodcaller
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from app import cores
from app.seats import Seats

T = TypeVar("T")
#: Who waits for it, and what is to be done.
Piece = tuple[Future[Any], Callable[[], Any]]
log = logging.getLogger(__name__)
#: The gate has as many threads for people: all that wait in one process fit into a batch.
MOST_AT_ONCE = 8
#: How much this work gives way to all other (nice(1)), so that it gets a quarter of a busy core:
#: one thread for each core, or two. Two at 5 cost a flood of token requests a fifth of its tokens;
#: one at 10 left people who sign in beside it without an answer in time.
ONE_GIVES_WAY, TWO_GIVE_WAY = 5, 8
#: Two hashes: what other work there is goes first all the same.
MILLISECONDS_IN_A_ROW = 50
#: Niceness goes no further.
LAST = 19


class Overworked(Exception):
    """Too much waits already: this piece of work was not begun in time."""


class Batches:
    """Threads that do what waits, batch by batch.

    The first one does whatever comes. The others help it, where a core has nothing to do: more
    threads than cores would only be in each other's way.
    """

    def __init__(self, threads: int) -> None:
        self.threads = threads
        #: Where they may sit; said before the first piece of work.
        self.seats = Seats()
        self._starting = threading.Lock()
        self._process = 0
        self._queue: SimpleQueue[Piece] = SimpleQueue()
        self._calls: SimpleQueue[None] = SimpleQueue()
        self._at_work: set[int] = set()

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
        self._call()
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
                for act in (self._do_what_waits, *[self._help] * (self.threads - 1)):
                    threading.Thread(
                        target=self._for_ever, args=(act,), name="batches", daemon=True
                    ).start()
                self._process = os.getpid()

    def _for_ever(self, act: Callable[[], None]) -> None:
        """Act again and again, in a frame of its own: no typed password outlives its batches."""
        _give_way(ONE_GIVES_WAY if self.seats.are_limited else TWO_GIVE_WAY)
        cores.take_long_turns(MILLISECONDS_IN_A_ROW)
        cores.roam()  # whoever stays on a core would keep others from an idle one
        while True:
            act()

    def _call(self) -> None:
        """Call for help if something waits, and whoever would do it has other work."""
        if self.threads > 1 and self._at_work and self.waiting:
            self._calls.put(None)

    def _do_what_waits(self) -> None:
        """Wait for work, and do all there is; nothing is left to helpers alone."""
        batch = [self._queue.get()]
        with self._working():
            while batch:
                with self.seats.own():
                    self._do_with_more(batch, self._share(len(batch)))
                batch = self._take(1)

    def _help(self) -> None:
        """Wait for a call, and do some of what waits where there is room for one more.

        That is one piece at a seat of somebody else, who may have to wait for it meanwhile.
        """
        self._calls.get()
        if not self.waiting:
            return
        with self.seats.any_other() as may_sit:
            if may_sit:
                with self._working():
                    self._do_with_more([], 1 if self.seats.are_limited else self._share())
        if may_sit:  # again, unless the other one waits
            self._call()

    def _do_with_more(self, batch: list[Piece], number: int) -> None:
        """Do a batch, filled up to that number; whoever is free is called for the rest."""
        batch += self._take(number - len(batch))
        self._call()
        _do(batch)

    @contextmanager
    def _working(self) -> Iterator[None]:
        this = threading.get_ident()
        self._at_work.add(this)
        try:
            yield
        finally:
            self._at_work.discard(this)

    def _share(self, begun: int = 0) -> int:
        """Return this thread's share of what waits, with the pieces that it has begun.

        Where everybody may sit, everybody is called.
        """
        among = len(self._at_work) if self.seats.are_limited else self.threads
        return min(MOST_AT_ONCE, -(-(begun + self.waiting) // among))

    def _take(self, number: int) -> list[Piece]:
        """Take up so many pieces, or what is left when another thread has taken some."""
        batch: list[Piece] = []
        with suppress(Empty):
            while len(batch) < number:
                batch.append(self._queue.get_nowait())
        return batch


def _do(batch: list[Piece]) -> None:
    """Do every piece of work, then hand out what came of each."""
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


def _give_way(much: int) -> None:
    """Let every other thread go first, this process's own above all.

    They need the core for a millisecond or two, a batch for a tenth of a second: taking turns with
    it, they would find their caches empty each time. A flood of sign-ins must not starve /token
    either. Threads have a niceness of their own on Linux alone.
    """
    if sys.platform == "linux":
        this = (os.PRIO_PROCESS, threading.get_native_id())
        with suppress(OSError):  # a sandbox may forbid it
            os.setpriority(*this, min(os.getpriority(*this) + much, LAST))


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
