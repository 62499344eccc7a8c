"""A PostgreSQL server of the bench's own, with the durability it is shipped with."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.databases import NO_POSTGRES, ROLE, postgres_binaries

OPTIONS = "-c listen_addresses='' -c max_connections=200 -c shared_buffers=256MB"


@contextmanager
def durable_server() -> Iterator[str]:
    """Run a server for the block and give the URL of its database; it syncs each commit."""
    with TemporaryDirectory(prefix="sealwax-bench-") as folder:
        home = Path(folder)
        if os.getuid() == 0:
            shutil.chown(home, _owner())
        _run(home, "initdb", "-D", "data", "-U", ROLE, "-A", "trust", "--locale=C.UTF-8")
        options = f"{OPTIONS} -c unix_socket_directories={home}"
        _run(home, "pg_ctl", "-D", "data", "-l", "log", "-w", "-o", options, "start")
        try:
            _run(home, "createdb", "-h", str(home), "-U", ROLE, "bench")
            yield f"postgresql+psycopg://{ROLE}@/bench?host={home}"
        finally:
            _run(home, "pg_ctl", "-D", "data", "-m", "fast", "-w", "stop")


def _run(home: Path, program: str, *arguments: str) -> None:
    binaries = postgres_binaries()
    assert binaries is not None, NO_POSTGRES
    command = [str(binaries / program), *arguments]
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        command = ["runuser", "-u", _owner(), "--", *command]
    done = subprocess.run(command, cwd=home, stdout=subprocess.DEVNULL, check=False)  # noqa: S603 (our own command)
    assert done.returncode == 0, f"{program} failed in {home}"


def _owner() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)
