"""`flask audit`: the log is proved from the command line, in the database and as a file."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import update

from app.jobs import audit as job
from app.services.upkeep import audit
from app.services.upkeep.audit import Event
from app.services.upkeep.audit_chain import EVENTS


@pytest.fixture
def run(app, db):
    """Return a function that runs a command on a log of three rows."""
    for _ in range(3):
        audit.record(Event.SIGNED_IN, address="192.0.2.1")
    db.session.commit()
    job.seal()

    def invoke(*words):
        db.session.commit()
        found = app.test_cli_runner().invoke(args=["audit", *words])
        return found.exit_code, found.output

    return invoke


def test_log_that_was_not_touched_is_proved(run):
    code, printed = run("verify")

    assert code == 0
    assert "rows: 3" in printed
    assert "Nothing was changed." in printed


def test_tampering_is_said_and_ends_with_one(run, db):
    """security.md AU04: tamper, and the proof fails."""
    db.session.execute(update(EVENTS).values(address="192.0.2.2"))

    code, printed = run("verify")
    assert code == 1
    assert "was changed after it was sealed" in printed

    code, printed = run("verify", "--json")
    assert code == 1
    assert {fault["kind"] for fault in json.loads(printed)["faults"]} == {"changed"}


def test_exported_log_is_proved_without_the_database(run, db, tmp_path):
    _, text = run("export")
    file = tmp_path / "audit.json"
    file.write_text(text, encoding="utf-8")
    db.session.execute(update(EVENTS).values(address="192.0.2.2"))

    code, printed = run("verify", str(file))

    assert code == 0, printed
    file.write_text(text.replace("192.0.2.1", "192.0.2.3"), encoding="utf-8")
    assert run("verify", str(file))[0] == 1


def test_end_that_was_written_down_is_looked_for(run):
    """Whoever empties the log, chain and all, cannot empty a notebook."""
    end = json.loads(run("verify", "--json")[1])["end"]

    assert run("verify", "--end", end)[0] == 0
    code, printed = run("verify", "--end", f"3:{'x' * 43}")
    assert code == 1
    assert "does not end as Sealwax signed it" in printed


@pytest.mark.parametrize("end", ["", "3", "x:y", "3:"])
def test_end_that_is_none_is_refused(run, end):
    assert run("verify", "--end", end)[0] == 2


def test_file_that_is_something_else_is_refused(run, tmp_path):
    file = tmp_path / "other.json"
    file.write_text('{"a": 1}\n', encoding="utf-8")

    code, printed = run("verify", str(file))

    assert code == 1
    assert "not a file that Sealwax has written" in printed
