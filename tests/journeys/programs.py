"""Programs: the examples and others, each in a process of its own, as their README starts them."""

import os
import subprocess
import sys
from contextlib import contextmanager, suppress
from time import monotonic

import httpx

from tests.servers import ROOT, free_port

#: A Java program takes its time where others work, too.
LONGEST_START_SECONDS = 60


@contextmanager
def example(name, **settings):
    """Run an example with these settings and give its address, which knows no other port."""
    port = int(settings.pop("PORT", 0)) or free_port()
    folder = ROOT / "examples" / name
    with program([sys.executable, f"{name}.py"], folder, port, PORT=str(port), **settings) as url:
        yield url


@contextmanager
def program(command, folder, port, **settings):
    """Run a program that listens on a port, in a folder; give its address once it answers."""
    process = subprocess.Popen(  # noqa: S603 (our own program)
        command,
        cwd=folder,
        env={**inherited(), **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(process, f"http://localhost:{port}/")
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait()


def inherited():
    """Return what a program needs of our own environment."""
    return {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}  # noqa: TID251 (for a process of its own)


def _wait_for(process, url):
    end = monotonic() + LONGEST_START_SECONDS
    while monotonic() < end and process.poll() is None:
        try:
            httpx.get(url, timeout=2)
        except httpx.TransportError:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.05)
            continue
        return
    message = f"{process.args} does not answer"
    raise AssertionError(message)
