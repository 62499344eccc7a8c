"""Fixtures every test may ask for. Each test that touches the database runs on both engines.

`one_engine` marks tests for which the second engine proves nothing more.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from app import clock as app_clock
from app.database import db as app_db
from app.named_files import PREFIX
from app.security import passwords
from app.settings import Settings
from tests import databases, factories, secrets_seen, stages
from tests.clock import Clock
from tests.http import Http
from tests.remote import Remote, remote_host
from tests.servers import LiveServer
from tests.stages import Stage
from tests.statements import Statements, counted

REAL_HASHES = passwords.HASHER, passwords.NOBODY
LONG = (
    "tests/model/",
    "tests/search/",
    "tests/web/test_pseudo_language.py::test_nothing_bursts",
    "tests/services/authorization/test_keys_for_a_year.py",
    "tests/journeys/",
    "tests/races/",
    "tests/events/",
    "tests/web/test_gallery.py",
)
RUN_FOLDER = pytest.StashKey[Path]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let somebody who has the time try more than every run does."""
    parser.addoption("--thorough", type=int, default=1, help="try so many times as much")


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder of this run, which all workers share; no setting comes from outside."""
    environment = os.environ  # noqa: TID251 (only to empty it)
    for name in [name for name in environment if name.startswith(PREFIX)]:
        del environment[name]
    shared = getattr(config, "workerinput", {}).get("run_folder")
    config.stash[RUN_FOLDER] = Path(shared or tempfile.mkdtemp(prefix="sealwax-tests-"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, so that no worker waits for the other at the end."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker where the folder of this run is."""
    node.workerinput["run_folder"] = str(node.config.stash[RUN_FOLDER])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what the run has started."""
    if not hasattr(config, "workerinput"):
        databases.stop_server(config.stash[RUN_FOLDER])
        shutil.rmtree(config.stash[RUN_FOLDER], ignore_errors=True)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what touches the database on both engines."""
    if "engine_name" not in metafunc.fixturenames:
        return
    alone = metafunc.definition.get_closest_marker("one_engine")
    absent = pytest.mark.skipif(not databases.postgres_binaries(), reason=databases.NO_POSTGRES)
    second = pytest.param("postgres", marks=[pytest.mark.postgres, absent])
    metafunc.parametrize("engine_name", ["sqlite"] if alone else ["sqlite", second])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test that wrote a secret to its logs or its output."""
    report = yield
    written = {title: text for title, text in report.sections if title.startswith("Captured")}
    faults = secrets_seen.search(written)
    if faults and report.passed:
        report.outcome = "failed"
        report.longrepr = "\n".join(faults)
    return report


@pytest.fixture(autouse=True)
def _no_secret_of_another_test() -> None:
    secrets_seen.forget_all()


@pytest.fixture(scope="session")
def _stages(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Stage]]:
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    with ExitStack() as stack:
        yield partial(stages.of_engine, stack, request.config.stash[RUN_FOLDER], worker)


@pytest.fixture(scope="session", autouse=True)
def _quick_hashes() -> Iterator[None]:
    """Let a password take no time; what the real strength is, and costs, has tests of its own."""
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    passwords.HASHER, passwords.NOBODY = quick, quick.hash("nobody has this password")
    yield
    passwords.HASHER, passwords.NOBODY = REAL_HASHES


@pytest.fixture
def _real_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hash as the product does."""
    for name, value in zip(("HASHER", "NOBODY"), REAL_HASHES, strict=True):
        monkeypatch.setattr(passwords, name, value)
    factories.hashed.cache_clear()
    yield
    factories.hashed.cache_clear()


@pytest.fixture
def stage(engine_name: str, _stages: Callable[[str], Stage]) -> Iterator[Stage]:
    """Return the application on this worker's database, which is left empty and searched."""
    found = _stages(engine_name)
    yield found
    faults = found.clean()
    assert not faults, "\n".join(faults)


@pytest.fixture
def settings(stage: Stage) -> Settings:
    """Return the settings `app` runs with."""
    return stage.settings


@pytest.fixture
def app(stage: Stage) -> Flask:
    """Return the application; signing keys exist, every other table is empty."""
    return stage.app


@pytest.fixture
def make_app(stage: Stage) -> Callable[..., Flask]:
    """Return a function that makes another application on the same database."""
    return stage.variant


@pytest.fixture
def db(app: Flask) -> Iterator[SQLAlchemy]:
    """Return the database within a context of the application."""
    with app.app_context():
        yield app_db


@pytest.fixture
def http(app: Flask) -> Http:
    """Return a client of the application, with cookies of its own."""
    return Http(app, app.response_class)


@pytest.fixture
def live(stage: Stage) -> LiveServer:
    """Return the production server, two workers, on the database of `app`."""
    return stage.live


@pytest.fixture
def thorough(request: pytest.FixtureRequest) -> int:
    """Return how many times as much is to be tried as at every run."""
    return int(request.config.getoption("--thorough"))


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Return a clock that stands still until the test moves it."""
    moved = Clock()
    app_clock.set_source(moved)
    yield moved
    app_clock.set_source(None)


@pytest.fixture
def statements(stage: Stage) -> Callable[[], AbstractContextManager[Statements]]:
    """Return a block that counts the statements and commits on the database of `app`."""
    return partial(counted, stage.engine)


@pytest.fixture
def remote() -> Iterator[Remote]:
    """Return a host elsewhere, played on this machine; the test decides what it answers."""
    with remote_host() as host:
        yield host
