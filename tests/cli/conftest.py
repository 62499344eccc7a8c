"""Commands, run inside the process."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def run(app, db):
    """Return a function that runs one command: exit code, and what it printed."""

    def invoke(*words, typed=""):
        db.session.commit()
        found = app.test_cli_runner().invoke(args=list(words), input=typed)
        db.session.expire_all()
        return found.exit_code, found.output

    return invoke


@pytest.fixture
def answer(run):
    """Return a function that runs a command with --json and reads each line it prints."""

    def invoke(*words, typed=""):
        code, printed = run(*words, "--json", typed=typed)
        assert code == 0, printed
        return [json.loads(line) for line in printed.splitlines()]

    return invoke
