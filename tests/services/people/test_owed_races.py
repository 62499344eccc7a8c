"""What several tabs, or several processes, do at the same time happens once."""

from __future__ import annotations

from sqlalchemy import func, select

from app.database import db as database
from app.models import AuditEvent, DataExport, Mail, TermsAgreement, User
from app.services.people import export_files, terms
from app.services.upkeep.audit import Event
from tests import factories
from tests.at_once import race


def count(db, what):
    """Return how many rows there are; `what` is a table, or an event of the audit log."""
    db.session.rollback()
    kind = what if isinstance(what, type) else AuditEvent
    wanted = select(func.count()).select_from(kind)
    if kind is AuditEvent:
        wanted = wanted.where(AuditEvent.event == what.value)
    return db.session.scalar(wanted)


def test_agreeing_in_eight_tabs_is_one_agreement(app, db):
    """product.md: who agreed to which version, and when."""
    jane = factories.user().id

    assert race(app, lambda: terms.agree(jane, "2026-11"), losing=()) == 8

    assert (count(db, TermsAgreement), count(db, Event.TERMS_AGREED)) == (1, 1)


def test_asking_in_eight_tabs_is_one_file(app, db):
    """ux.md 2.14."""
    jane = factories.user().id

    race(app, lambda: export_files.ask(database.session.get_one(User, jane)), losing=())

    assert (count(db, DataExport), count(db, Event.EXPORT_ASKED)) == (1, 1)


def test_of_eight_processes_one_makes_the_file(app, db):
    jane = factories.user()
    export_files.ask(jane)
    db.session.commit()
    asked_at = db.session.scalar(select(DataExport.asked_at))

    made = race(app, lambda: export_files.make(jane.id, asked_at, link=str), losing=())

    assert made == 8, "the others find it done"
    assert count(db, Mail) == 1
