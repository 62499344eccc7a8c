"""What the snippets need that is not Python: programs, and packages of npm."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

#: Which Debian package a program comes with.
PACKAGES = {
    "curl": "curl",
    "go": "golang-go",
    "gofmt": "golang-go",
    "java": "default-jdk-headless",
    "mvn": "maven",
    "node": "nodejs",
    "npm": "npm",
    "openssl": "openssl",
}
#: As they were when the snippets were written; none of them runs anything when it is installed.
NPM = ("openid-client@6.9.0", "express@5.2.1", "express-openid-connect@3.4.0")
#: Within which a registry answers that it knows a version.
LONGEST_ANSWER_SECONDS = 10
LONGEST_INSTALL_SECONDS = 20
#: With nothing downloaded nor compiled before, on a small machine.
LONGEST_BUILD_SECONDS = 900


def with_program(name: str) -> pytest.MarkDecorator:
    """Mark a test that runs a program of the machine."""
    reason = f"{name} is not installed: on Debian, apt-get install {PACKAGES[name]}"
    return pytest.mark.skipif(shutil.which(name) is None, reason=reason)


def install_from_npm(folder: Path) -> str:
    """Install the packages into a folder; return why that cannot be, or nothing."""
    quiet = ["--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"]
    short = ["--fetch-retries=0", "--fetch-timeout=8000"]
    install = ["npm", "install", "--prefix", str(folder), *quiet, *short, *NPM]
    return _fault_of(install, folder, LONGEST_INSTALL_SECONDS)[:200]


def ask(registry: str, question: Sequence[str], folder: Path) -> None:
    """Skip the test unless a registry answers a question, which costs it nothing.

    The tools ask, not we: they know proxies and mirrors of this machine, and their own cache.
    """
    fault = _fault_of(question, folder, LONGEST_ANSWER_SECONDS)
    if fault:
        pytest.skip(f"not run, the registry of {registry} is out of reach: {fault[:200]}")


def build(command: Sequence[str], folder: Path) -> None:
    """Download and compile in a folder; that the registry answers was asked before."""
    fault = _fault_of(command, folder, LONGEST_BUILD_SECONDS)
    assert not fault, fault


def _fault_of(command: Sequence[str], folder: Path, seconds: int) -> str:
    """Run a command in a folder; return why it did not work, or nothing."""
    program = shutil.which(command[0]) or command[0]
    try:
        done = subprocess.run(  # noqa: S603 (our own)
            [program, *command[1:]],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "no answer in time"
    said = f"{done.stderr}\n{done.stdout}".strip()
    return (said or f"it ends with {done.returncode}") if done.returncode else ""
