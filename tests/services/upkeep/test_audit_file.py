"""The audit log as a file: proved far from the database it came from (security.md AU04)."""

from __future__ import annotations

import json

import pytest

from app.jobs import audit as job
from app.services.upkeep import audit, audit_file
from app.services.upkeep.audit import Event
from app.services.upkeep.audit_search import Wanted
from tests import factories


@pytest.fixture
def log(db):
    """Write nine rows that are sealed and one that waits."""
    user = factories.user()
    for number in range(9):
        event = Event.SIGNED_IN if number % 2 else Event.SIGN_IN_REFUSED
        audit.record(event, user_id=user.id, address="192.0.2.1", agent=f"Ünïcode {number}")
    db.session.commit()
    job.seal()
    audit.record(Event.SIGNED_OUT)
    db.session.commit()
    return user


def kinds(lines):
    """Return what a proof finds."""
    return [fault.kind for fault in audit_file.verify(lines).faults]


def changed(lines, number, **values):
    """Change values in one row of a file."""
    comma = "," if lines[number].startswith(",") else ""
    row = {**json.loads(lines[number].removeprefix(",")), **values}
    lines[number] = f"{comma}{json.dumps(row, ensure_ascii=False)}\n"
    return lines


def test_whole_log_is_proved(log):
    lines = list(audit_file.whole())

    proof = audit_file.verify(lines)

    assert (proof.rows, proof.unsealed, proof.faults) == (9, 1, [])
    assert len(json.loads("".join(lines))["events"]) == 10, "one JSON document"


def test_part_of_the_log_is_proved_row_by_row(log):
    lines = list(audit_file.some(Wanted(events=frozenset({"session.refused"}))))

    proof = audit_file.verify(lines)

    assert (proof.rows, proof.faults) == (5, [])


def test_row_that_was_changed_in_the_file_is_found(log):
    lines = changed(list(audit_file.whole()), 3, address="192.0.2.9")

    assert kinds(lines) == ["changed", "file"]


def test_row_that_was_taken_out_of_the_whole_log_is_found(log):
    lines = list(audit_file.whole())
    del lines[3]

    assert kinds(lines) == ["cut", "file"]


def test_rows_that_changed_places_are_found(log):
    lines = list(audit_file.whole())
    lines[3], lines[4] = lines[4], lines[3]

    assert "cut" in kinds(lines)
    assert "file" in kinds(lines)


def test_row_that_was_put_in_is_found_by_the_signature(log):
    lines = list(audit_file.some(Wanted()))
    lines.insert(2, ',{"id": 99, "event": "session.started", "link": null}\n')

    assert kinds(lines) == ["file"]


def test_chain_of_the_file_that_ends_early_is_found(log):
    lines = list(audit_file.whole())
    del lines[8:11]

    assert kinds(lines) == ["end", "file"]


@pytest.mark.parametrize("lines", [[], ["{}\n"], ['{"events": []}\n'], ["x" * 9], ["\n", "\n"]])
def test_something_else_is_no_log(db, lines):
    with pytest.raises(audit_file.NotOurFile):
        audit_file.verify(lines)


def test_file_that_stops_in_the_middle_is_no_log(log):
    with pytest.raises(audit_file.NotOurFile):
        audit_file.verify(list(audit_file.whole())[:4])
