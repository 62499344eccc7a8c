"""What the snippets need that is not Python: programs, and packages of npm."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

#: Which Debian package a program comes with.
PACKAGES = {
    "curl": "curl",
    "gofmt": "golang-go",
    "node": "nodejs",
    "npm": "npm",
    "openssl": "openssl",
}
#: As they were when the snippets were written; none of them runs anything when it is installed.
NPM = ("openid-client@6.9.0", "express@5.2.1", "express-openid-connect@3.4.0")
LONGEST_INSTALL_SECONDS = 20


def with_program(name: str) -> pytest.MarkDecorator:
    """Mark a test that runs a program of the machine."""
    reason = f"{name} is not installed: on Debian, apt-get install {PACKAGES[name]}"
    return pytest.mark.skipif(shutil.which(name) is None, reason=reason)


def install_from_npm(folder: Path) -> str:
    """Install the packages into a folder; return why that cannot be, or nothing."""
    quiet = ["--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"]
    short = ["--fetch-retries=0", "--fetch-timeout=8000"]
    npm = shutil.which("npm") or "npm"
    try:
        done = subprocess.run(  # noqa: S603 (our own)
            [npm, "install", "--prefix", str(folder), *quiet, *short, *NPM],
            capture_output=True,
            text=True,
            timeout=LONGEST_INSTALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "no answer in time"
    return done.stderr.strip()[:200] if done.returncode else ""
