"""Eight at once: those who write rows wait for nobody, and one process at a time seals."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from app.database import db as database
from app.jobs import audit as job
from app.jobs import cleanup as sweeping
from app.models import AuditEvent, AuditSeal, DailyFigure
from app.services.people import deletions
from app.services.upkeep import audit, audit_chain, audit_proof
from app.services.upkeep.audit import Event
from tests import factories

pytestmark = pytest.mark.race
ROWS = 25


def at_once(app, *acts):
    """Run each act in a thread of its own, all from the same moment."""
    start = Barrier(len(acts))

    def run(act):
        with app.app_context():
            start.wait()
            act()
            database.session.commit()

    with ThreadPoolExecutor(len(acts)) as pool:
        list(pool.map(run, acts))


def write():
    """Write rows, each in a transaction of its own."""
    for _ in range(ROWS):
        audit.record(Event.SIGNED_IN, address="192.0.2.1")
        database.session.commit()


def seal_often():
    """Seal again and again."""
    for _ in range(ROWS):
        audit_chain.seal()
        database.session.commit()


def test_eight_writers_and_two_who_seal(app, db):
    """security.md AU04: each row has one link, and is counted once."""
    at_once(app, *[write] * 8, *[seal_often] * 2)
    job.seal()

    proof = audit_proof.of_database()
    assert (proof.rows, proof.unsealed, proof.faults) == (8 * ROWS, 0, [])
    assert db.session.scalar(select(func.sum(DailyFigure.times))) == 8 * ROWS


def test_writer_does_not_wait_for_who_seals(app, db):
    """PostgreSQL: rows come in while the chain is held. SQLite has one writer anyway."""
    if db.engine.dialect.name == "sqlite":
        return
    audit_chain.hold()

    at_once(app, write)

    assert db.session.scalar(select(func.count()).select_from(AuditEvent)) == ROWS
    db.session.rollback()


def test_forgetting_sweeping_and_sealing_at_once_leave_a_chain_that_holds(app, db, clock):
    people = [factories.user() for _ in range(4)]
    root = factories.admin()
    for person in people:
        factories.session(person, address="192.0.2.7")
        deletions.schedule(person, by=root.id)
    for _ in range(40):
        audit.record(Event.SIGN_IN_REFUSED)
        audit.record(Event.SIGNED_IN)
    db.session.commit()
    clock.move(days=31)
    numbers = [person.id for person in people]

    def forget(user_id):
        return lambda: deletions.erase(user_id)

    at_once(app, *map(forget, numbers), sweeping.clean, sweeping.clean, seal_often, write)
    job.seal()

    proof = audit_proof.of_database()
    assert proof.faults == []
    assert proof.unsealed == 0
    assert db.session.scalar(select(func.max(AuditSeal.position))) == proof.position
