"""An administrator takes from somebody who they are at another provider."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select

from app.models import AuditEvent, Passkey, UpstreamIdentity
from app.services.upkeep.audit import Event
from tests import factories
from tests.administrators import browser_of

pytestmark = pytest.mark.one_engine
LAST = "It is the last way in"


@pytest.fixture
def admin(db):
    assert db.engine
    return factories.admin()


@pytest.fixture
def desk(app, admin):
    return browser_of(app, admin)


def unlink(desk, user):
    return desk.open(f"/admin/users/{user.id}").follow("Unlink")


def test_identity_is_gone_and_its_owner_is_told_in_their_language(
    app, desk, jane, linked, letters, db
):
    """security.md MF06, SE04: recorded, mailed, and every session ends: it may be a stranger's."""
    jane.locale = "fr"
    linked(jane)
    theirs = browser_of(app, jane)

    unlink(desk, jane)
    assert not desk.sees(LAST)
    desk.press("unlink")

    assert desk.sees("The sign-in elsewhere is removed.")
    assert db.session.scalars(select(UpstreamIdentity)).all() == []
    assert theirs.open("/account/").at == "/login/sign-in"
    wanted = select(AuditEvent).where(AuditEvent.event == Event.UPSTREAM_REMOVED)
    [event] = db.session.scalars(wanted)
    assert event.user_id == jane.id
    assert event.actor_id not in {None, jane.id}
    assert "Un administrateur a retiré Example" in letters.text(jane.email)


def test_last_way_in_is_said_before_it_goes(desk, linked, db):
    person = factories.user(password=None)
    linked(person)

    assert unlink(desk, person).sees(LAST)
    desk.press("unlink")

    assert db.session.scalars(select(UpstreamIdentity)).all() == []


def test_last_way_in_is_said_when_it_has_become_one(desk, linked, db):
    """The passkey has gone between the page and the press."""
    person = factories.user(password=None)
    linked(person)
    factories.passkey(person)
    unlink(desk, person)
    db.session.execute(delete(Passkey))
    db.session.commit()

    desk.press("unlink")

    assert desk.status == 409
    assert desk.sees(LAST)
    assert db.session.scalars(select(UpstreamIdentity)).one()
    assert desk.press("unlink").sees("The sign-in elsewhere is removed.")


def test_nobody_unlinks_what_is_not_theirs_to_change(app, admin, desk, jane, linked, db):
    """security.md AD03: user managers keep off administrators; identities have one owner."""
    row = linked(admin)
    manager = browser_of(app, factories.user(is_user_manager=True))

    assert manager.open(f"/admin/users/{admin.id}/identities/{row.id}").status == 403
    assert desk.open(f"/admin/users/{jane.id}/identities/{row.id}").status == 404
    assert desk.open(f"/admin/users/{admin.id}/identities/{row.id}").status == 404
    assert db.session.scalars(select(UpstreamIdentity)).one()
