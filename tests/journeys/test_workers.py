"""Workers of the production server: where they run, who replaces them, and that they end."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from time import monotonic

import pytest

from app import cores
from app.seats import LONGEST_WAIT_SECONDS
from app.serve import SECONDS_TO_FINISH
from tests.browser import Browser
from tests.servers import LONGEST_START_SECONDS
from tests.transports import HttpxTransport
from tests.workers import family

pytestmark = [
    pytest.mark.one_engine,
    pytest.mark.skipif(not cores.CAN_STAY, reason="nothing can be kept on a core there"),
]
ALL = set(cores.usable())


def test_as_many_workers_as_cores_have_one_each(serve):
    assert _has_one_each(serve(workers=len(ALL)))


def test_who_replaces_a_worker_gets_its_core(serve):
    live = serve(workers=len(ALL))
    for _ in range(2):  # the newest comes last: they are two different ones
        gone = _workers(live)[0]
        os.kill(gone, signal.SIGKILL)
        _wait(live, until=lambda gone=gone: gone not in _workers(live) and _has_one_each(live))


@pytest.mark.parametrize(
    "changes", [{"workers": len(ALL) + 1}, {"workers": len(ALL), "pin_workers": False}]
)
def test_otherwise_the_kernel_moves_them_about(serve, changes):
    assert _places(serve(**changes)) == [ALL] * changes["workers"]


def test_workers_hash_passwords_at_the_seats_of_the_server(serve):
    """They wait for who sits there, though not for ever: people cannot."""
    live = serve(workers=len(ALL))
    with _seats_taken(live), closing(HttpxTransport()) as transport:
        browser = Browser(transport, live.url).open("/login/sign-in")
        began = monotonic()

        assert browser.sign_in("nobody@example.org", "not the right one").status == 422
        assert monotonic() - began > LONGEST_WAIT_SECONDS


def test_server_that_is_stopped_while_its_workers_start_is_gone_at_once(serve):
    """One answers already; none of the others has heard of anything yet."""
    live = serve(workers=len(ALL) + 3)

    live.process.send_signal(signal.SIGTERM)

    assert live.process.wait(SECONDS_TO_FINISH - 1) == 0


def _has_one_each(live):
    return _places(live) == [{core} for core in sorted(ALL)]


def _places(live):
    """Return where each worker may run with any of its threads."""
    places = []
    for pid in _workers(live):
        threads = [int(entry.name) for entry in Path(f"/proc/{pid}/task").iterdir()]
        places.append(set().union(*(os.sched_getaffinity(thread) for thread in threads)))
    return sorted(places, key=min)


@contextmanager
def _seats_taken(live):
    """Lock what the workers would lock, opened once more."""
    with ExitStack() as stack:
        files = [
            stack.enter_context(entry.open("r+b", buffering=0))
            for entry in Path(f"/proc/{live.process.pid}/fd").iterdir()
            if "memfd:seat" in str(entry.readlink())
        ]
        assert len(files) == 2 * len(ALL), "a door and a seat for each core"
        for file in files:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _workers(live):
    server, *workers = family(live.process.pid)
    assert server == live.process.pid
    return workers


def _wait(live, *, until):
    end = monotonic() + LONGEST_START_SECONDS
    while monotonic() < end:
        with suppress(OSError):  # a process has just ended
            if until():
                return
        with suppress(subprocess.TimeoutExpired):
            live.process.wait(timeout=0.05)
    message = f"the workers may run on {_places(live)}"
    raise AssertionError(message)
