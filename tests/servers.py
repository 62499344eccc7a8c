"""The production server as a process of its own, for journeys and races."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import httpx

from app.named_files import PREFIX
from app.settings import Settings

ROOT = Path(__file__).parent.parent
LONGEST_START_SECONDS = 30
LONGEST_STOP_SECONDS = 15


@dataclass(frozen=True)
class LiveServer:
    """A server that answers at `url`."""

    url: str
    settings: Settings
    process: subprocess.Popen[bytes]
    log_file: Path

    def log(self) -> str:
        """Return what the server has written so far."""
        return self.log_file.read_text(encoding="utf-8", errors="replace")


@contextmanager
def live_server(settings: Settings) -> Iterator[LiveServer]:
    """Run the production server with these settings on a free port, on a database that is ready.

    Issuer and port are replaced: see the server's own `settings`.
    """
    port = free_port()
    at = f"{'https' if settings.tls_certificate else 'http'}://localhost:{port}"
    own = settings.model_copy(update={"issuer": at, "port": port})
    with tempfile.NamedTemporaryFile(prefix="sealwax-server-", suffix=".log") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", "serve"],
            cwd=ROOT,
            env=environment(own),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        server = LiveServer(at, own, process, Path(log.name))
        try:
            _wait_until_alive(server)
            yield server
        finally:
            _stop(process)


def environment(settings: Settings) -> dict[str, str]:
    """Return the environment of a process that is to run with these settings."""
    ours = {name: _as_text(settings, name) for name in Settings.model_fields}
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}  # noqa: TID251 (for a process of its own)
    return inherited | {PREFIX + name.upper(): value for name, value in ours.items()}


def _as_text(settings: Settings, name: str) -> str:
    value = getattr(settings, name)
    if hasattr(value, "get_secret_value"):
        return str(value.get_secret_value())
    value = settings.model_dump(mode="json", include={name})[name]
    return " ".join(value) if isinstance(value, list) else str(value)


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_alive(server: LiveServer) -> None:
    end = monotonic() + LONGEST_START_SECONDS
    while monotonic() < end:
        try:
            # Whether its certificate is right is for the tests to say.
            if httpx.get(f"{server.url}/health/live", timeout=2, verify=False).is_success:  # noqa: S501 (see above)
                return
        except httpx.TransportError:
            pass
        try:
            server.process.wait(timeout=0.05)
        except subprocess.TimeoutExpired:
            continue
        break
    message = f"the server does not answer:\n{server.log()}"
    raise AssertionError(message)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=LONGEST_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
