"""Databases for the tests: a SQLite file for each worker, and one PostgreSQL server for all.

The server starts when the first test wants it, as a user without rights, on a socket in the folder
of the run; nothing survives a crash there, which is why it is quick. Tests leave rows behind:
`dump` reads them (so that secrets can be looked for), `empty` removes them.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import sqlite3
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import (
    CompoundSelect,
    Engine,
    Exists,
    MetaData,
    Table,
    delete,
    event,
    insert,
    literal,
    select,
    union_all,
)
from sqlalchemy.pool import ConnectionPoolEntry

ENGINES = ("sqlite", "postgres")
NO_POSTGRES = (
    "PostgreSQL is not installed (no initdb in PATH or /usr/lib/postgresql/*/bin): "
    "on Debian, apt-get install postgresql"
)
ROLE = "sealwax"
#: Made once for each worker: an RSA key takes longer than most tests.
KEPT = "signing_key"
QUICK = (
    "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c listen_addresses='' "
    "-c max_connections=300 -c autovacuum=off"
)


def spare_the_disk(engine: Engine) -> None:
    """Wait for no disk, as `QUICK` does: no power is cut here, and it was a third of the time."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _spare)
        engine.dispose()  # what is connected already would go on waiting


def _spare(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.execute("PRAGMA synchronous=OFF")


@cache
def postgres_binaries() -> Path | None:
    """Return the folder of initdb and pg_ctl, the newest version's, or None."""
    in_path = shutil.which("initdb")
    if in_path:
        return Path(in_path).resolve().parent
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    versions = sorted(found, key=lambda path: float(path.parts[-3]))
    return versions[-1].parent if versions else None


def url(engine: str, name: str, *, folder: Path) -> str:
    """Return the URL of the database of this name, which is made without tables if need be."""
    if engine == "sqlite":
        return f"sqlite:///{folder / name}.db"
    home = _running_server(folder)
    with psycopg.connect(host=str(home), user=ROLE, dbname="postgres", autocommit=True) as server:
        known = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
        if known is None:
            server.execute(f'CREATE DATABASE "{name}"'.encode())
    return f"postgresql+psycopg://{ROLE}@/{name}?host={home}"


def _running_server(folder: Path) -> Path:
    """Start the server unless another worker has; return the folder of its socket."""
    home = folder / "postgres"
    with _alone(folder / "postgres.lock"):
        if not home.exists():
            home.mkdir()
            _let_in(folder, home)
            _as_nobody(home, "initdb", "-D", "data", "-U", ROLE, "-A", "trust", "--no-sync",
                       "--locale=C.UTF-8", "--encoding=UTF8")  # fmt: skip
            options = f"{QUICK} -c unix_socket_directories={home}"
            _as_nobody(home, "pg_ctl", "-D", "data", "-l", "log", "-w", "-o", options, "start")
    return home


def stop_server(folder: Path) -> None:
    """Stop the server of this run, if it was ever started."""
    home = folder / "postgres"
    if (home / "data" / "postmaster.pid").exists():
        _as_nobody(home, "pg_ctl", "-D", "data", "-m", "immediate", "-w", "stop")


def _as_nobody(home: Path, program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL, which refuses to run as root."""
    binaries = postgres_binaries()
    assert binaries is not None, NO_POSTGRES
    command = [str(binaries / program), *arguments]
    if os.getuid() == 0:
        command = ["runuser", "-u", _user_without_rights(), "--", *command]
    # pg_ctl's server keeps its output open: a pipe would never end
    with (home.parent / f"{program}.out").open("ab") as out:
        done = subprocess.run(command, cwd=home, stdout=out, stderr=out, check=False)  # noqa: S603 (our own command)
    assert done.returncode == 0, (home.parent / f"{program}.out").read_text(encoding="utf-8")


def _user_without_rights() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)


def _let_in(folder: Path, home: Path) -> None:
    if os.getuid() == 0:
        folder.chmod(0o755)
        shutil.chown(home, _user_without_rights())


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def dump(engine: Engine, metadata: MetaData) -> dict[str, str]:
    """Return the rows of every table that has some, as text."""
    with engine.connect() as connection:
        found = {
            name: [
                dict(row) for row in connection.execute(select(metadata.tables[name])).mappings()
            ]
            for name in connection.scalars(_filled(metadata)).all()
        }
    return {name: "\n".join(map(_as_text, rows)) for name, rows in found.items()}


@cache
def _filled(metadata: MetaData) -> CompoundSelect[Any]:
    """Return the query for the names of tables with rows: one question after a test, not sixty."""
    tables = metadata.sorted_tables
    return union_all(*(select(literal(table.name)).where(_has_rows(table)) for table in tables))


def _has_rows(table: Table) -> Exists:
    return select(literal(1)).select_from(table).exists()


def _as_text(row: dict[str, Any]) -> str:
    return "\t".join(f"{name}={value}" for name, value in row.items())


def empty(engine: Engine, metadata: MetaData, names: Iterable[str]) -> None:
    """Remove all rows of these tables."""
    wanted = set(names)
    with engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            if table.name in wanted:
                connection.execute(delete(table))


def rows_of(engine: Engine, table: Table) -> list[dict[str, Any]]:
    """Return the rows of a table, to be restored later."""
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(select(table)).mappings()]


def restore(engine: Engine, table: Table, rows: list[dict[str, Any]]) -> None:
    """Let a table hold these rows and no other."""
    with engine.begin() as connection:
        connection.execute(delete(table))
        connection.execute(insert(table), rows)
