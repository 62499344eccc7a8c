"""What was taken away from an application is given back: exactly that, and not by anybody."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.models import AuditEvent
from app.services.clients import clients, owners
from app.services.upkeep.audit import Event
from tests import factories
from tests.administrators import browser_of
from tests.least_privilege import SCOPE, board, stored, unused, used_today
from tests.raw_requests import post


@pytest.fixture
def admin(db):
    """Return an administrator."""
    assert db.engine
    return factories.admin()


@pytest.fixture
def used(register, app, jane, clock):
    """Return an application that was used today, ninety days after it was registered."""
    return used_today(register, app, jane, clock)


def test_undo_gives_back_exactly_what_was_taken(used, app, admin, db):
    before = clients.get(used.client_id).registration
    desk = board(browser_of(app, admin), used).press("tighten")

    desk.press("undo")

    assert desk.sees("It is allowed again, as it was.")
    db.session.expire_all()
    assert clients.get(used.client_id).registration == before
    events = db.session.scalars(select(AuditEvent.event).order_by(AuditEvent.id.desc())).all()
    assert Event.CLIENT_RESTORED in events
    assert not desk.has("undo")


def test_undo_is_over_when_somebody_has_changed_the_same_settings(used, app, admin, db):
    desk = board(browser_of(app, admin), used).press("tighten")
    clients.update(clients.get(used.client_id), {"scope": "openid email music:play"})
    db.session.commit()

    desk.press("undo")

    assert desk.status == 403
    assert stored(used, "scope") == "openid email music:play"
    assert not board(desk, used).has("undo")


def test_undo_outlives_a_change_of_something_else(used, app, admin, db):
    desk = board(browser_of(app, admin), used).press("tighten")
    clients.update(clients.get(used.client_id), {"client_name": "Photo Chest"})
    db.session.commit()

    desk.press("undo")

    assert stored(used, "scope") == SCOPE
    assert stored(used, "client_name") == "Photo Chest"


def test_undo_is_over_after_thirty_days(used, app, admin, clock):
    board(browser_of(app, admin), used).press("tighten")
    clock.move(days=30)

    assert not board(browser_of(app, admin), used).has("undo")


def test_owner_tightens_their_own_and_takes_it_back(used, app, jane, db):
    """Issue 5: owners may see and edit their own application, and nothing of anybody else's."""
    owners.add(clients.get(used.client_id), jane)
    db.session.commit()
    browser = browser_of(app, jane)

    board(browser, used).press("tighten")
    assert stored(used, "scope") == "openid email"
    browser.press("undo")

    assert stored(used, "scope") == SCOPE


def test_owner_cannot_take_back_what_an_administrator_took(used, app, jane, admin, db):
    """security.md AD03: they would let it ask for more than it may."""
    owners.add(clients.get(used.client_id), jane)
    db.session.commit()
    board(browser_of(app, admin), used).press("tighten")
    browser = board(browser_of(app, jane), used)
    assert not browser.has("undo")

    answer = post(browser, f"/admin/applications/{used.client_id}/allowed/undo", days="90")

    assert answer == 403
    assert stored(used, "scope") == "openid email"


def test_other_peoples_applications_look_as_if_they_were_not_there(used, app, jane, register, db):
    owners.add(clients.get(register().client_id), jane)
    db.session.commit()

    assert board(browser_of(app, jane), used).status == 403


def test_auditor_looks_and_does_not_touch(used, app, db):
    auditor = browser_of(app, factories.user(is_auditor=True))

    assert board(auditor, used).status == 200
    assert not auditor.has("tighten")
    assert not unused(auditor)
