"""An application on a database of its own, built once for each worker and engine."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import flask_migrate
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import Engine

from app import create_app
from app.database import Base, db
from app.models import SigningKey
from app.services.authorization import keys, sightings
from app.settings import Settings
from tests import databases, remote, secrets_seen
from tests.servers import LiveServer, live_server
from tests.statements import keep_templates_silent

ISSUER = "https://id.example"
SECRET_KEY = "signs-the-forms-of-the-test-suite-and-nothing-else"
ENCRYPTION_KEY = "seals-the-keys-of-the-test-suite-and-nothing-else"
KEYS = SigningKey.__table__

_built: dict[str, Stage] = {}


@dataclass
class Stage:
    """An application, its settings, and what is kept from test to test.

    `new_url` makes another database of the same engine, without tables, under a name.
    """

    settings: Settings
    app: Flask
    stack: ExitStack
    new_url: Callable[[str], str]
    key_rows: list[dict[str, Any]] = field(default_factory=list)
    variants: ExitStack = field(default_factory=ExitStack)
    known: dict[str, Flask] = field(default_factory=dict)
    log_read: int = 0

    @cached_property
    def engine(self) -> Engine:
        """Return the engine of the application."""
        with self.app.app_context():
            return db.engine

    def prepare(self) -> None:
        """Make tables and signing keys."""
        with self.app.app_context():
            flask_migrate.upgrade()
            keys.ensure()
            db.session.commit()
        self.key_rows = databases.rows_of(self.engine, KEYS)
        self.clean()

    def clean(self) -> list[str]:
        """Leave nothing behind; return a line for every secret that stood in a table or a log."""
        self.variants.close()
        for app in (self.app, *self.known.values()):
            _forget(app)
        found = databases.dump(self.engine, Base.metadata)
        databases.empty(self.engine, Base.metadata, set(found) - {KEYS.name, "alembic_version"})
        if databases.rows_of(self.engine, KEYS) != self.key_rows:
            databases.restore(self.engine, KEYS, self.key_rows)
        shutil.rmtree(self.settings.mail_folder, ignore_errors=True)
        places = {f"table {name}": text for name, text in found.items()}
        return secrets_seen.search({**places, "the server's log": self._log_since()})

    def variant(self, **changes: Any) -> Flask:
        """Return another application on the same database, with some settings changed.

        Many tests want the same changes: it takes longer to make one than to run most of them. No
        change at all means: another process of the same server, which is always a new one.
        """
        name = repr(sorted((name, _plain(value)) for name, value in changes.items()))
        found = self.known.get(name) if changes else None
        if found is None:
            values = {name: getattr(self.settings, name) for name in Settings.model_fields}
            found = _make(Settings(**{**values, **changes}))
        if changes:
            self.known[name] = found
        _close_with(self.variants, found)
        return found

    @cached_property
    def live(self) -> LiveServer:
        """Return the production server on the same database; it runs until the end.

        Without its jobs: they would take mail from under the hands of the tests that follow. It
        reaches hosts that tests play on this machine.
        """
        changes = {"run_jobs": False, **remote.reach()}
        without_jobs = self.settings.model_copy(update=changes)
        return self.stack.enter_context(live_server(without_jobs))

    def _log_since(self) -> str:
        if "live" not in self.__dict__:
            return ""
        log = self.live.log()
        new, self.log_read = log[self.log_read :], len(log)
        return new


def of_engine(stack: ExitStack, folder: Path, worker: str, engine: str) -> Stage:
    """Return the stage of this engine, built on first use."""
    if engine not in _built:
        new_url = partial(databases.url, engine, folder=folder)
        settings = Settings(
            issuer=ISSUER,
            database_url=new_url(worker),
            secret_key=SecretStr(SECRET_KEY),
            encryption_key=SecretStr(ENCRYPTION_KEY),
            mail_folder=str(folder / f"mail-{worker}-{engine}"),
            second_step="optional",  # tests of the policy set it
        )
        app = _make(settings)
        _close_with(stack, app)
        stage = Stage(settings, app, stack, lambda name: new_url(f"{worker}_{name}"))
        stage.prepare()
        _built[engine] = stage
    return _built[engine]


def _make(settings: Settings) -> Flask:
    app = create_app(settings)
    app.testing = True
    with app.app_context():
        databases.spare_the_disk(db.engine)
        keep_templates_silent(app, db.engine)
    return app


def _plain(value: Any) -> Any:
    """Return a setting as it can be told from another one: secrets all look alike."""
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def _close_with(stack: ExitStack, app: Flask) -> None:
    """Close the connections of an application along with the stack."""
    with app.app_context():
        for engine in db.engines.values():
            stack.callback(engine.dispose)


def _forget(app: Flask) -> None:
    """Empty what an application remembers from one request to the next."""
    memory = app.extensions.get("sealwax.memory")
    if memory is not None:
        memory.clear()
        memory.waiting.clear()
    with app.app_context():
        sightings.here().clear()
