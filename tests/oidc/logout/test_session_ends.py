"""The end of a session: told and recorded once, however many want it."""

from __future__ import annotations

from sqlalchemy import func, select

from app.models import AuditEvent, LogoutNotice
from app.services.authorization import sessions
from app.services.upkeep.audit import Event
from tests import at_once, factories
from tests.secrets_seen import remember


def count(db, kind, *conditions):
    """Return how many rows there are."""
    return db.session.scalar(select(func.count()).select_from(kind).where(*conditions))


def test_one_of_eight_sign_outs_is_told_to_the_application(app, db, make_scene):
    """Back-Channel Logout 1.0 §2.5: two tabs, one logout token."""
    scene = make_scene(backchannel_logout_uri="https://rp.example/backchannel")
    scene.tokens()
    me, session_id = scene.person.id, scene.session.id

    ended = []
    at_once.race(app, lambda: ended.append(sessions.end_one(session_id, me)), losing=())

    assert ended.count(True) == 1
    assert count(db, LogoutNotice) == 1
    assert count(db, AuditEvent, AuditEvent.event == Event.SIGNED_OUT) == 1


def test_where_nothing_ends_nothing_is_recorded(db):
    """ux.md 2.14: who turns the second step on reads of no sign-out that never was."""
    person = factories.user()
    _, token = sessions.open(person, amr=("pwd",))
    remember(token)
    sessions.end_all(person, but=sessions.find(token).session_id)
    db.session.commit()

    assert count(db, AuditEvent, AuditEvent.event == Event.SIGNED_OUT_EVERYWHERE) == 0

    sessions.end_all(person)
    assert count(db, AuditEvent, AuditEvent.event == Event.SIGNED_OUT_EVERYWHERE) == 1
