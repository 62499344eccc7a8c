"""What a person shares, for administrators to see: truthful, recorded, and in nobody's name."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.models import AuditEvent
from app.services.authorization import consents
from app.services.clients import clients
from app.services.upkeep.audit import Event
from tests import factories
from tests.administrators import browser_of
from tests.pages import Page


@pytest.fixture
def boss(db):
    """Make an administrator."""
    assert db.engine, "a context of the application is open"
    return factories.admin("boss@people.example", name="Boss")


@pytest.fixture
def desk(app, boss):
    """Return the administrator's browser."""
    return browser_of(app, boss)


@pytest.fixture
def shared(db, jane):
    """Let Jane share with an application; return it."""
    made = factories.client(client_name="Photo Box", scope="openid profile email phone")
    jane.phone_number = "+33 1 23 45 67 89"
    factories.consent(jane, made, "openid email")
    return made


def seen(db):
    """Return who was looked at by whom."""
    wanted = select(AuditEvent).where(AuditEvent.event == Event.SHARES_SEEN.value)
    return [(row.actor_id, row.user_id) for row in db.session.scalars(wanted)]


def values(page: Page, kind: str) -> dict[str, str]:
    """Return the claims of a part, by name."""
    (fold,) = [
        one for one in page.root.find_all("details") if one.find_all("summary")[0].text == kind
    ]
    names, told = fold.find_all("dt"), fold.find_all("bdi")
    return {name.text: value.text for name, value in zip(names, told, strict=True)}


def test_page_shows_what_was_allowed_and_nothing_else(desk, jane, shared):
    """ux.md 2.18: "View what they share", with the values that would be released."""
    desk.open(f"/admin/users/{jane.id}").follow("View what they share").press("show")

    told = values(desk.shown, "Userinfo")
    assert told == {"sub": jane.subject, "email": jane.email, "email_verified": "true"}
    assert not desk.sees(jane.phone_number)
    assert not desk.sees("Family name")


def test_looking_is_recorded_and_its_owner_reads_so(app, desk, boss, jane, shared, db):
    """Personal data: who looked stays, and is no secret from whom it is about."""
    desk.open(f"/admin/users/{jane.id}/shares")
    assert not desk.sees("Photo Box")
    assert seen(db) == []

    desk.press("show")

    assert seen(db) == [(boss.id, jane.id)]
    theirs = browser_of(app, jane).open("/account/activity")
    assert theirs.sees("An administrator looked at what you share with apps")


def test_application_with_ids_of_its_own_is_shown_its_own(desk, jane, db):
    """OIDC Core §8.1: the subject is the one that this application knows."""
    made = factories.client(client_name="Photo Box", scope="openid", subject_type="pairwise")
    factories.consent(jane, made, "openid")

    desk.open(f"/admin/users/{jane.id}/shares").press("show")

    assert values(desk.shown, "ID token")["sub"] != jane.subject


def test_removed_and_turned_off_applications_are_told_nothing(desk, jane, shared, db):
    other = factories.client(client_name="Old Box", scope="openid email")
    factories.consent(jane, other, "openid email")
    consents.withdraw(jane.id, other.client)
    clients.turn_off(shared.client)
    db.session.commit()

    desk.open(f"/admin/users/{jane.id}/shares").press("show")

    assert not desk.sees("Old Box")
    assert desk.sees("At the moment it would be told nothing")


@pytest.mark.one_engine
def test_user_manager_is_led_to_no_application(app, jane, shared):
    """security.md AD01: no link to a page that would refuse them."""
    browser = browser_of(app, factories.user(is_user_manager=True))

    browser.open(f"/admin/users/{jane.id}/shares").press("show")

    assert browser.sees("Photo Box")
    links = [one.get("href") for one in browser.shown.root.find_all("a")]
    assert not [link for link in links if link.startswith("/admin/applications/")]


@pytest.mark.one_engine
def test_nothing_shared_is_said(desk, jane):
    desk.open(f"/admin/users/{jane.id}/shares").press("show")

    assert desk.sees("Nothing is shared")


@pytest.mark.parametrize(("columns", "status"), [({}, 403), ({"is_auditor": True}, 200)])
@pytest.mark.one_engine
def test_who_sees_users_sees_what_they_share(app, jane, shared, columns, status):
    """security.md AD01; an auditor who looks is on record like everybody."""
    browser = browser_of(app, factories.user(**columns))

    assert browser.open(f"/admin/users/{jane.id}/shares").status == status
