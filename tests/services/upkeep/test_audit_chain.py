"""The chain of the audit log: whoever tampers with it is noticed (security.md AU04)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, insert, select, update

from app.jobs import audit as job
from app.models import AuditChain, AuditEvent, AuditSeal, DailyFigure
from app.security import seals
from app.services.upkeep import audit, audit_chain, audit_proof
from app.services.upkeep.audit import Event
from app.services.upkeep.audit_chain import CHAIN, EVENTS, SEALS

MINUTE = timedelta(minutes=1)


def write(db, count=1, event=Event.SIGNED_IN, **facts):
    """Write rows and commit them."""
    for _ in range(count):
        audit.record(event, **facts)
    db.session.commit()


def faults():
    """Return what a walk along the chain finds."""
    return [(fault.kind, fault.event_id) for fault in audit_proof.of_database().faults]


def ids(db):
    """Return the ids of every row, in order."""
    return db.session.scalars(select(EVENTS.c.id).order_by(EVENTS.c.id)).all()


@pytest.fixture
def log(db, clock):
    """Return the ids of nine rows that are sealed, with the horizon behind them."""
    write(db, 9, address="192.0.2.1", user_id=7, client_id="photos", reference="K7Q2-9FXM")
    job.seal()
    clock.move(2 * MINUTE)
    write(db)
    job.seal()
    clock.move(2 * MINUTE)
    write(db)
    job.seal()
    assert faults() == []
    return ids(db)


def test_every_row_is_sealed_and_counted_once(db, clock):
    write(db, 3)
    write(db, 2, Event.SIGN_IN_REFUSED)

    for _ in range(3):
        job.seal()

    proof = audit_proof.of_database()
    assert (proof.rows, proof.unsealed, proof.faults) == (5, 0, [])
    figures = {row.event: row.times for row in db.session.scalars(select(DailyFigure))}
    assert figures == {"session.started": 3, "session.refused": 2}


def test_row_waits_for_its_seal(db, clock):
    write(db, 2)

    proof = audit_proof.of_database()

    assert (proof.rows, proof.unsealed, proof.faults) == (0, 2, [])


@pytest.mark.parametrize(
    "change",
    [
        {"event": "session.ended"},
        {"at": None},
        {"actor_id": None, "user_id": 8},
        {"user_id": None},
        {"user_id": -8, "details": {}, "address": ""},
        {"client_id": "prints"},
        {"address": "192.0.2.9"},
        {"address": ""},
        {"reference": ""},
        {"details": {"again": True}},
    ],
    ids=str,
)
def test_changed_row_is_found(db, clock, log, change):
    """Every column, and what looks like a person who was forgotten."""
    if "at" in change:
        change = {"at": clock() - timedelta(days=1)}
    db.session.execute(update(EVENTS).where(EVENTS.c.id == log[4]).values(change))
    db.session.commit()

    assert faults() == [("changed", log[4])]


@pytest.mark.parametrize("at", [0, 4, 8])
def test_removed_row_is_found(db, log, at):
    db.session.execute(delete(EVENTS).where(EVENTS.c.id == log[at]))
    db.session.commit()

    assert faults() == [("removed", log[at])]


def test_row_removed_with_its_seal_is_found(db, log):
    db.session.execute(delete(EVENTS).where(EVENTS.c.id == log[4]))
    db.session.execute(delete(SEALS).where(SEALS.c.event_id == log[4]))
    db.session.commit()

    assert faults() == [("cut", None)]


def test_end_that_was_cut_off_is_found(db, log):
    db.session.execute(delete(EVENTS).where(EVENTS.c.id > log[4]))
    db.session.execute(delete(SEALS).where(SEALS.c.event_id > log[4]))
    db.session.commit()
    assert faults() == [("end", None)]

    last = db.session.execute(select(SEALS).order_by(SEALS.c.position.desc()).limit(1)).one()
    state = {"position": last.position, "hash": last.hash, "event_id": last.event_id}
    db.session.execute(update(CHAIN).values(state))
    db.session.commit()
    assert faults() == [("end", None)]


def test_whole_log_that_was_emptied_is_found_by_an_end_written_down(db, log):
    """An old state with its signature is as good as the newest: only somebody outside knows."""
    end = db.session.execute(select(CHAIN.c.position, CHAIN.c.hash)).one()
    for table in (EVENTS, SEALS, CHAIN):
        db.session.execute(delete(table))
    db.session.commit()
    assert faults() == []

    proof = audit_proof.of_database((end.position, end.hash))

    assert [fault.kind for fault in proof.faults] == ["end"]


def test_rows_that_changed_places_are_found(db, log):
    one, other = log[2], log[5]
    db.session.execute(update(EVENTS).where(EVENTS.c.id == one).values(client_id="x"))
    db.session.commit()
    assert faults() == [("changed", one)]
    db.session.execute(update(EVENTS).where(EVENTS.c.id == one).values(client_id="photos"))
    for old, new in ((one, 0), (other, one), (0, other)):
        db.session.execute(update(SEALS).where(SEALS.c.event_id == old).values(event_id=new))
    db.session.commit()

    assert faults() == [("changed", other), ("changed", one)]


def test_row_that_was_put_in_between_is_found(db, clock, log):
    db.session.execute(delete(EVENTS).where(EVENTS.c.id == log[4]))
    db.session.execute(delete(SEALS).where(SEALS.c.event_id == log[4]))
    forged = {"id": log[4], "event": "session.started", "client_id": "", "address": ""}
    db.session.execute(insert(EVENTS), {**forged, "reference": "", "details": {}})
    db.session.commit()
    job.seal()

    assert ("added", log[4]) in faults()


def test_chain_that_was_made_anew_is_found(db, log):
    """Whoever can write the database can count, but does not have the key."""
    db.session.execute(update(EVENTS).where(EVENTS.c.id == log[4]).values(client_id="other"))
    rows = db.session.execute(
        select(SEALS.c.position, SEALS.c.who, SEALS.c.what, EVENTS)
        .join(EVENTS, EVENTS.c.id == SEALS.c.event_id)
        .order_by(SEALS.c.position)
    ).all()
    before = seals.START
    for row in rows:
        before = audit_chain.hash_of(before, row.position, row, who=row.who, what=row.what)
        changed = update(SEALS).where(SEALS.c.position == row.position).values(hash=before)
        db.session.execute(changed)
    db.session.execute(update(CHAIN).values(hash=before))
    db.session.commit()

    assert faults() == [("end", None)]


def test_who_did_it_cannot_be_forgotten_by_anybody_else(db, log):
    """The salt is gone, the row is empty, and our signature under it is missing."""
    emptied = {"user_id": -5, "details": {}, "address": ""}
    db.session.execute(update(EVENTS).where(EVENTS.c.id == log[4]).values(emptied))
    db.session.execute(
        update(SEALS).where(SEALS.c.event_id == log[4]).values(who_salt="", what_salt="")
    )
    db.session.commit()

    assert faults() == [("taken", log[4])]


def test_run_that_somebody_else_took_away_is_found(db, log):
    """It looks like rows that had their time; our signature is missing."""
    db.session.execute(delete(EVENTS).where(EVENTS.c.id.in_(log[2:5])))
    run = SEALS.c.event_id.in_(log[2:5])
    first = db.session.scalar(select(func.min(SEALS.c.position)).where(run))
    db.session.execute(delete(SEALS).where(SEALS.c.event_id.in_(log[2:4])))
    left = update(SEALS).where(SEALS.c.event_id == log[4])
    db.session.execute(left.values(event_id=None, first=first))
    db.session.commit()

    assert faults() == [("taken", None)]


def test_late_row_with_an_early_number_is_sealed(db, clock):
    """PostgreSQL: a transaction takes its number early and commits late."""
    write(db, 3)
    early = ids(db)[1]
    row = db.session.execute(select(EVENTS).where(EVENTS.c.id == early)).mappings().one()
    db.session.execute(delete(EVENTS).where(EVENTS.c.id == early))
    db.session.commit()
    job.seal()
    db.session.execute(insert(EVENTS), dict(row))
    db.session.commit()
    job.seal()

    proof = audit_proof.of_database()

    assert (proof.rows, proof.unsealed, proof.faults) == (3, 0, [])


def test_tables_of_the_chain_hold_no_person(db, log):
    """Salted digests alone: nothing in a seal can be tried out once its salt is gone."""
    kept = {column.name for table in (AuditSeal, AuditChain) for column in table.__table__.columns}

    assert not kept & {"actor_id", "user_id", "address", "details"}
    assert AuditEvent.__table__.c.keys()[0] == "id"
