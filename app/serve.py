"""Start the production server: granian, several workers, and one process for the jobs.

Workers are replaced when they die or grow too big, and let requests finish before they go.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from granian.constants import HTTPModes, Interfaces, Loops, SSLProtocols
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import MPServer

from app import cores, seats, signals
from app.database import commit
from app.seats import Place
from app.security import passwords
from app.services.authorization import keys
from app.services.people import set_up
from app.settings import Settings

#: Milliseconds a client has for sending its headers, and their largest size in bytes.
HEADERS = HTTP1Settings(header_read_timeout=10_000, max_buffer_size=65_536)
SECONDS_TO_FINISH = 10
SECONDS_BETWEEN_JOB_STARTS = 2.0
LARGEST_WORKER_MIB = 512


@click.command("serve")
@with_appcontext
def serve() -> None:
    """Serve from the settings, in the foreground, and touch nothing else."""
    _serve(current_app.extensions["sealwax.settings"])


@click.command("local")
@with_appcontext
def local() -> None:
    """Bring the database up to date, make missing keys, and serve: what `make run` does."""
    Path("instance").mkdir(mode=0o700, exist_ok=True)
    upgrade()
    keys.ensure()
    link = set_up.new_link()
    commit()
    _serve(current_app.extensions["sealwax.settings"], set_up_at=link or "")


def _serve(chosen: Settings, *, set_up_at: str = "") -> None:
    server = _Server(
        "wsgi:gate",
        address=chosen.host,
        port=chosen.port,
        interface=Interfaces.RSGI,
        # Its requests come from threads one by one: uvloop wakes twice for each, asyncio once.
        loop=Loops.asyncio,
        http=HTTPModes.http1,
        websockets=False,
        workers=chosen.workers,
        http1_settings=HEADERS,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=SECONDS_TO_FINISH,
        workers_max_rss=LARGEST_WORKER_MIB,
        ssl_cert=Path(chosen.tls_certificate) if chosen.tls_certificate else None,
        ssl_key=Path(chosen.tls_key) if chosen.tls_key else None,
        ssl_protocol_min=SSLProtocols.tls12,
        # Its own lines of a start name the library and its workers: ours say what is served.
        log_level=LogLevels.warning,
    )
    if chosen.pin_workers:
        server.cores = cores.one_each(chosen.workers)
        server.seats = seats.make(len(server.cores))
    server.on_startup(partial(_announce, chosen, set_up_at))
    if not chosen.run_jobs:
        server.serve()
        return
    jobs = _Jobs()
    server.on_startup(jobs.start)
    try:
        server.serve()
    finally:  # not on_shutdown: what goes wrong in a shutdown leaves that out
        jobs.stop()


def _announce(chosen: Settings, set_up_at: str) -> None:
    """Say what is served and where, once the port is ours; last what is to be done first."""
    workers = "1 worker" if chosen.workers == 1 else f"{chosen.workers} workers"
    jobs = "and the jobs" if chosen.run_jobs else "without the jobs"
    scheme = "https" if chosen.tls_certificate else "http"
    click.echo(f"{chosen.service_name} is at {chosen.issuer}")
    click.echo(
        f"Listening on {scheme}://{chosen.host}:{chosen.port}, {workers} {jobs}. Ctrl+C stops."
    )
    if set_up_at:
        click.echo(f"Set up the first administrator: {set_up_at}")


class _Server(MPServer):
    """Granian, each of whose workers may have a core of its own.

    A worker that stays finds in the caches what it left there, and its threads hand the
    interpreter to one another without waking another processor.
    """

    #: One for each worker; none: the kernel moves them about.
    cores: tuple[int, ...] = ()
    #: As many, where each hashes passwords.
    seats: tuple[Place, ...] = ()

    def _spawn_worker(self, idx: int, target: Any, callback_loader: Callable[..., Any]) -> Any:  # type: ignore[override]  # theirs has one parameter less than its own base class
        """Make the worker of this number; whoever replaces it gets its core.

        Granian 2 has no public place that knows the number.
        """
        prepare = partial(_settle, idx, self.cores, self.seats)
        return super()._spawn_worker(idx, target, partial(_load, prepare, callback_loader))


def _load(prepare: Callable[[], None], load: Callable[..., Any]) -> Any:
    """Load the application in a new worker, before it has a second thread."""
    signals.hold()  # the gate heeds them
    prepare()
    return load()


def _settle(number: int, own_cores: tuple[int, ...], places: tuple[Place, ...]) -> None:
    """Give the worker of this number its core, and its seat for hashing, where there are any."""
    if own_cores:
        cores.stay_on(own_cores[number])
        passwords.take_seat(number, places)


class _Jobs:
    """The process that sends mail and cleans up; started again when it dies."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process, and a thread that looks after it."""
        threading.Thread(target=self._look_after, name="jobs", daemon=True).start()

    def stop(self) -> None:
        """End the process."""
        self._stopping.set()
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(SECONDS_TO_FINISH)
            except subprocess.TimeoutExpired:
                self._process.kill()

    def _look_after(self) -> None:
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "job", "run", "--forever"]
        command += ["--parent", str(os.getpid())]
        while not self._stopping.is_set():
            self._process = subprocess.Popen(command)  # noqa: S603 (our own command line)
            self._process.wait()
            self._stopping.wait(SECONDS_BETWEEN_JOB_STARTS)
