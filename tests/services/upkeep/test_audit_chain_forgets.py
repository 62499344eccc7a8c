"""People are forgotten and rows have their time: the chain of the audit log holds (RV13, AU04)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select, update

from app.jobs import audit as job
from app.jobs import cleanup as sweeping
from app.jobs import deletions as deletion
from app.models import AuditSeal
from app.services.people import deletions
from app.services.upkeep import audit, audit_chain, audit_proof
from app.services.upkeep.audit import Event
from app.services.upkeep.audit_chain import EVENTS
from tests import factories

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


def test_forgotten_person_leaves_a_chain_that_holds(db, clock):
    """security.md RV13 with AU04."""
    jane, root = factories.user(), factories.admin()
    factories.session(jane, address="192.0.2.7", agent="Firefox")
    write(db, actor_id=jane.id, user_id=root.id, address="192.0.2.7")
    job.seal()
    deletions.schedule(jane, by=root.id, address="192.0.2.8")
    db.session.commit()
    clock.move(days=15)
    assert deletions.erase(jane.id)
    db.session.commit()
    job.seal()

    proof = audit_proof.of_database()

    assert proof.faults == []
    assert proof.forgotten
    texts = [str(tuple(row)) for row in db.session.execute(select(EVENTS))]
    assert not [text for text in texts if "192.0.2.7" in text]


def test_what_is_left_of_somebody_forgotten_cannot_be_changed(db, clock):
    jane, root = factories.user(), factories.admin()
    write(db, actor_id=jane.id, user_id=root.id, address="192.0.2.7", details={"a": 1})
    job.seal()
    deletions.schedule(jane, by=root.id)
    db.session.commit()
    clock.move(days=15)
    deletions.erase(jane.id)
    db.session.commit()
    job.seal()
    act = db.session.scalar(select(func.max(EVENTS.c.id)).where(EVENTS.c.user_id == root.id))

    db.session.execute(update(EVENTS).where(EVENTS.c.id == act).values(user_id=99))
    db.session.commit()

    assert faults() == [("changed", act)]


def test_rows_that_had_their_time_leave_one_seal_for_a_whole_run(db, clock):
    write(db, 2)
    write(db, 5, Event.SIGN_IN_REFUSED)
    clock.move(days=1)
    write(db, 3, Event.SIGN_IN_REFUSED)
    write(db)
    clock.move(days=29, hours=12)
    sweeping.clean()
    assert (len(ids(db)), faults()) == (6, [])
    clock.move(days=1)
    sweeping.clean()

    proof = audit_proof.of_database()

    assert (len(ids(db)), proof.faults, proof.swept, proof.rows) == (3, [], 8, 3)
    assert db.session.scalar(select(func.count()).select_from(AuditSeal)) == 4


def test_sweeping_leaves_what_is_not_sealed(db, clock):
    write(db, 2, Event.SIGN_IN_REFUSED)
    clock.move(days=31)
    old = EVENTS.c.event == Event.SIGN_IN_REFUSED.value

    assert audit_chain.sweep(old) == 0
    db.session.commit()
    sweeping.clean()
    assert ids(db) == []


def test_number_of_a_row_that_is_gone_may_be_given_out_again(db, clock):
    """SQLite does, when the newest row was deleted."""
    write(db, 2, Event.SIGN_IN_REFUSED)
    for _ in range(3):
        job.seal()
        clock.move(2 * MINUTE)
        write(db, 1, Event.SIGN_IN_REFUSED)
    clock.move(days=31)
    sweeping.clean()
    assert ids(db) == []

    write(db, 2)
    job.seal()

    proof = audit_proof.of_database()
    assert (proof.rows, proof.unsealed, proof.faults) == (2, 0, [])


def test_person_with_many_rows_is_forgotten_in_bites(db, clock, monkeypatch, statements):
    """security.md RV13: no transaction grows with the years; between two, the chain holds."""
    monkeypatch.setattr(audit_chain, "BITE", 3)
    jane, root = factories.user(), factories.admin()
    write(db, count=4, actor_id=jane.id, user_id=root.id, address="192.0.2.7")
    write(db, count=4, user_id=jane.id, address="192.0.2.7", details={"a": 1})
    while audit_chain.seal():
        db.session.commit()
    deletions.schedule(jane, by=root.id)
    db.session.commit()
    clock.move(days=15)

    with statements() as found:
        deletion.erase()

    assert found.commits >= 4
    assert audit_proof.of_database().faults == []
    assert db.session.scalars(select(EVENTS.c.address).distinct()).all() == [""]
    numbers = select(EVENTS.c.user_id).where(EVENTS.c.user_id < 0)
    assert len(set(db.session.scalars(numbers))) == 1


def test_who_stops_half_way_leaves_a_chain_that_holds_and_an_account_that_is_due(db, clock):
    jane = factories.user()
    write(db, count=2, user_id=jane.id, address="192.0.2.7")
    job.seal()
    deletions.schedule(jane)
    db.session.commit()
    assert deletions.forget(jane.id) == 0, "it can still be kept"
    db.session.rollback()
    clock.move(days=15)

    assert deletions.forget(jane.id) == 3
    db.session.commit()

    assert deletions.due() == [jane.id]
    assert audit_proof.of_database().faults == []
    deletion.erase()
    assert deletions.due() == []
    assert audit_proof.of_database().faults == []
