"""CommandLine: an actor that runs the provider's own commands, as an operator does."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any

from app.settings import Settings
from tests import secrets_seen
from tests.servers import ROOT, environment


@dataclass(frozen=True)
class Registered:
    """A client that was registered: what its developer is told once."""

    client_id: str
    client_secret: str | None = field(repr=False)


class CommandLine:
    """Runs `flask --app wsgi …` with the settings of a deployment."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def run(self, *words: str, typed: str = "") -> str:
        """Run one command and return what it prints; `typed` goes to its standard input."""
        done = subprocess.run(  # noqa: S603 (our own command, no shell)
            [sys.executable, "-m", "flask", "--app", "wsgi", *words],
            cwd=ROOT,
            env=environment(self.settings),
            input=typed,
            text=True,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, f"flask {' '.join(words)}\n{done.stdout}{done.stderr}"
        return done.stdout

    def upgrade(self) -> None:
        """Bring the database to the newest form."""
        self.run("db", "upgrade")

    def create_client(self, name: str, *options: str, redirect_uri: str = "") -> Registered:
        """Register a client; options are those of `client create`."""
        where = ("--redirect-uri", redirect_uri) if redirect_uri else ()
        printed = self.run("client", "create", "--name", name, *where, *options, "--json")
        made: dict[str, Any] = json.loads(printed)
        secrets_seen.remember(made.get("client_secret") or "")
        return Registered(made["client_id"], made.get("client_secret"))

    def set_client(self, client_id: str, **fields: str) -> None:
        """Change fields of a client's registration."""
        pairs = [f"{name}={value}" for name, value in fields.items()]
        self.run("client", "set", client_id, *pairs)

    def create_user(self, email: str, password: str, *options: str) -> None:
        """Make an account with a verified address; options are those of `user create`."""
        secrets_seen.remember(password)
        words = ("user", "create", email, "--verified", "--password-stdin")
        self.run(*words, *options, typed=f"{password}\n")
