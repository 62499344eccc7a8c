"""The job loop: each job in its time, and none falls with another."""

from __future__ import annotations

import os
import threading
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.database import db as database
from app.jobs import JOBS, Job, Rounds


def note(done, name):
    """Return a job that notes that it ran."""
    return Job(name, timedelta(minutes=1), lambda: done.append(name))


@pytest.mark.one_engine
def test_job_runs_when_its_time_has_come(db, clock):
    done = []
    rounds = Rounds((note(done, "one"),))

    rounds.run()
    rounds.run()
    clock.move(seconds=59)
    rounds.run()
    assert done == ["one"]

    clock.move(seconds=1)
    rounds.run()
    assert done == ["one", "one"]


def test_job_that_stumbles_is_named_and_the_next_one_runs(db, clock):
    done = []

    def stumble():
        database.session.execute(text("SELECT * FROM there_is_no_such_table"))

    rounds = Rounds((Job("bad", timedelta(minutes=1), stumble), note(done, "good")))

    assert rounds.run() == ["bad"]
    assert done == ["good"]


@pytest.mark.one_engine
def test_loop_ends_when_it_is_told_to(db):
    stopped = threading.Event()
    rounds = Rounds((Job("last", timedelta(minutes=1), stopped.set),))

    rounds.run_until(stopped)

    assert stopped.is_set()


@pytest.mark.one_engine
def test_loop_ends_when_its_server_is_gone(db):
    """A server that was killed told nobody; nobody else may be taken for it."""
    done = []
    rounds = Rounds((note(done, "never"),))

    rounds.run_until(threading.Event(), parent=os.getppid() + 1)

    assert done == []


def test_every_job_of_the_table_runs(db):
    assert Rounds(JOBS).run() == []
    assert {job.name for job in JOBS} == {
        "logouts", "exports", "imports", "email", "keys", "audit", "deletions", "cleanup"
    }  # fmt: skip
