"""The command line, `flask --app wsgi …`: thin over the rules."""

from __future__ import annotations

from flask import Flask

from app import serve
from app.cli import audit, clients, leaks, people, upkeep


def init_cli(app: Flask) -> None:
    """Give the application its commands."""
    for wing in (people, clients, leaks, audit, upkeep):
        for group in wing.GROUPS:
            app.cli.add_command(group)
    for command in (serve.serve, serve.local):
        app.cli.add_command(command)
