"""The command line, `flask --app wsgi …`: thin over the rules."""

from __future__ import annotations

from flask import Flask

from app import serve
from app.cli import audit, clients, leaks, people, upkeep

WINGS = (people, clients, leaks, audit, upkeep)
COMMANDS = (*(group for wing in WINGS for group in wing.GROUPS), serve.serve, serve.local)


def init_cli(app: Flask) -> None:
    """Give the application its commands."""
    for command in COMMANDS:
        app.cli.add_command(command)
