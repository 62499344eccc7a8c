"""An administrator deletes an account: off at once, gone after the grace, or kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.models import AuditEvent, Mail
from app.services.upkeep.audit import Event
from tests import factories
from tests.administrators import browser_of, visitor
from tests.factories import PASSWORD


@pytest.fixture
def boss(db):
    """Make an administrator."""
    assert db.engine, "a context of the application is open"
    return factories.admin("boss@people.example")


@pytest.fixture
def desk(app, boss):
    """Return the administrator's browser."""
    return browser_of(app, boss)


def delete(desk, user, **changed):
    """Delete a user from their page; return the browser."""
    desk.open(f"/admin/users/{user.id}").follow("Delete the account")
    return desk.press("delete", **{"reason": "Left us", "email": user.email, **changed})


def test_account_is_off_at_once_and_its_owner_told(app, desk, jane, db):
    """ux.md 2.18."""
    theirs = browser_of(app, jane)
    delete(desk, jane)

    assert desk.at == f"/admin/users/{jane.id}"
    assert desk.sees("The account is off, and will be deleted.")
    assert theirs.open("/account/").at == "/login/sign-in"
    assert visitor(app).sign_in(jane.email, PASSWORD).sees("This account is turned off.")
    event = db.session.scalars(
        select(AuditEvent).where(AuditEvent.event == Event.DELETION_ASKED)
    ).one()
    assert (event.user_id, event.details) == (jane.id, {"reason": "Left us"})
    assert db.session.scalars(select(Mail.recipient)).all() == [jane.email]
    assert desk.open("/admin/users?show=leaving").sees("Jane Doe")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"reason": ""}, "Write why the account is deleted."),
        ({"email": "boss@people.example"}, "Type the address as it stands above."),
    ],
)
def test_reason_and_address_are_needed(desk, jane, db, changed, words):
    delete(desk, jane, **changed)

    assert desk.status == 422
    assert desk.sees(words)
    db.session.refresh(jane)
    assert jane.deletion_due_at is None


def test_account_is_kept_on_second_thought_and_stays_off(app, desk, jane, db):
    delete(desk, jane)
    desk.press("keep")

    assert desk.sees("The account is kept. It stays off until you turn it on.")
    db.session.refresh(jane)
    assert jane.deletion_due_at is None
    assert jane.is_disabled
    desk.press("turn-on")
    assert visitor(app).sign_in(jane.email, PASSWORD).at == "/account/"


def test_own_account_is_deleted_elsewhere(desk, boss):
    assert desk.open(f"/admin/users/{boss.id}/delete").status == 403


def test_sign_in_has_to_be_recent(desk, jane, clock):
    """security.md AD04."""
    clock.move(timedelta(minutes=16))

    assert desk.open(f"/admin/users/{jane.id}/delete").at == "/login/sign-in"


def test_nobody_else_deletes(app, jane):
    """security.md AD01."""
    other = factories.user()

    assert browser_of(app, other).open(f"/admin/users/{jane.id}/delete").status == 403
