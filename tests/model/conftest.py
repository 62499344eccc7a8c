"""What the model runs on: quick hashes, and a count of what it has reached."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event

from app.security import passwords as hashing
from tests.model.planted import BUGS, DEEPER_BUGS


def pytest_generate_tests(metafunc):
    """Look for every planted bug when there is time, and for the nearer ones at every run."""
    if "bug" in metafunc.fixturenames:
        is_thorough = metafunc.config.getoption("--thorough") > 1
        metafunc.parametrize("bug", [*BUGS, *(DEEPER_BUGS if is_thorough else ())])


@pytest.fixture
def reached():
    """Return how often the model has come to what it is about."""
    return Counter()


@pytest.fixture
def made_of(stage, clock, reached, monkeypatch):
    """Return what makes machines of a class on this stage; hashes cost next to nothing."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(hashing, "HASHER", quick)
    monkeypatch.setattr(hashing, "NOBODY", quick.hash("nobody has this password"))
    event.listen(stage.engine, "checkout", _leave_the_disk_alone)
    yield lambda machine: partial(machine, stage, clock, reached)
    event.remove(stage.engine, "checkout", _leave_the_disk_alone)


def _leave_the_disk_alone(connection, _record, _proxy):
    """No power is cut here: what is written need not survive it."""
    connection.execute("PRAGMA synchronous=OFF")
