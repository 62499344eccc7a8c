"""Work that nobody waits for: mail, files, imports, notices, seals, deletions, cleaning, keys.

The table `JOBS` says what runs how often. Every job may run in several processes at once.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.clock import now
from app.database import db, rollback
from app.jobs import audit, cleanup, deletions, email, exports, imports, keys, logouts

log = logging.getLogger(__name__)
SECONDS_BETWEEN_ROUNDS = 0.5


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do again and again; it commits what it has done."""

    name: str
    every: timedelta
    run: Callable[[], None]


JOBS = (
    Job("logouts", timedelta(seconds=0.5), logouts.deliver),
    Job("exports", timedelta(seconds=5), exports.make),
    Job("imports", timedelta(seconds=1), imports.add),
    Job("email", timedelta(seconds=2), email.deliver),
    Job("keys", timedelta(hours=1), keys.turn),
    Job("audit", timedelta(seconds=5), audit.seal),
    Job("deletions", timedelta(minutes=10), deletions.erase),
    Job("cleanup", timedelta(minutes=10), cleanup.clean),
)


class Rounds:
    """Rounds through the jobs, each when its time has come."""

    def __init__(self, jobs: tuple[Job, ...] = JOBS) -> None:
        self._jobs = jobs
        self._next: dict[str, datetime] = {}

    def run(self) -> list[str]:
        """Do what is due; return the names of the jobs that stumbled."""
        stumbled = []
        for job in self._jobs:
            if self._next.get(job.name, now()) <= now():
                self._next[job.name] = now() + job.every
                if not _run(job):
                    stumbled.append(job.name)
        return stumbled

    def run_until(self, stopped: threading.Event, *, parent: int | None = None) -> None:
        """Go round and round until told to stop, or until the process that started us is gone.

        A server that is killed tells nobody; its jobs must not go on with the old settings.
        """
        while not stopped.is_set() and parent in {None, os.getppid()}:
            self.run()
            stopped.wait(SECONDS_BETWEEN_ROUNDS)


def _run(job: Job) -> bool:
    """Run one job; what goes wrong in it must not keep the others from their turn."""
    try:
        job.run()
    except Exception as fault:  # noqa: BLE001 (the job loop is the last resort)
        rollback()
        log.warning("job stumbled", extra={"job": job.name, "kind": type(fault).__name__})
        return False
    finally:
        db.session.remove()
    return True
