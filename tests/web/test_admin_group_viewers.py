"""Who sees a group: which applications, of how many members, and what they are told."""

from __future__ import annotations

import json

import pytest

from app.services.authorization import consents
from app.services.clients import custom_scopes
from app.services.clients.custom_scopes import Draft
from app.services.people import group_viewers, groups
from tests import factories
from tests.administrators import browser_of


@pytest.fixture
def boss(db):
    """Make an administrator."""
    assert db.engine, "a context of the application is open"
    return factories.admin("boss@people.example", name="Boss")


@pytest.fixture
def board(boss, jane, db):
    """Make a group with Jane in it."""
    made = groups.create("Board", description="", requires_second_step=False, by=boss.id)
    groups.add_member(made, jane, by=boss.id)
    db.session.commit()
    return made


@pytest.fixture
def desk(app, boss):
    """Return the administrator's browser."""
    return browser_of(app, boss)


def client(name, scope="openid groups", **members):
    return factories.client(client_name=name, scope=scope, **members)


def viewers(board):
    """Return the applications, each with how many members it sees."""
    return {viewer.name: viewer.members for viewer in group_viewers.of(board)}


def test_members_who_allow_it_count_and_nobody_else(board, jane, db):
    """ux.md 2.18: which apps see it."""
    box, wiki = client("Photo Box"), client("Wiki")
    client("Blind", "openid profile")
    outsider, other = factories.user(), factories.user()
    groups.add_member(board, other, by=jane.id)
    factories.consent(jane, box, "openid groups")
    factories.consent(outsider, box, "openid groups")
    factories.consent(other, box, "openid groups:read")
    factories.consent(jane, wiki, "openid groups")
    consents.withdraw(jane.id, wiki.client)
    client("Intranet", trusted=True)
    db.session.commit()

    assert viewers(board) == {"Photo Box": 1, "Wiki": 0, "Intranet": 2}


def test_scopes_of_ones_own_that_give_it_count_as_well(desk, board, db):
    """A claim of another name has the same value (OIDC Core §5.1.2)."""
    draft = Draft("hr:read", {"en": "Your roles"}, {"roles": "groups"}, starts_on=True)
    custom_scopes.make(draft)
    client("Payroll", "openid hr:read")
    db.session.commit()

    desk.open(f"/admin/groups/{board.id}")

    assert desk.sees("Payroll")
    assert told(desk) == {"roles": ["Board"]}


def told(desk):
    """Return what the page says stands in a token."""
    (shown,) = desk.shown.root.find_all("pre")
    return json.loads(shown.text)


def test_value_is_that_of_a_member(desk, board, boss, jane, db):
    """ux.md 2.18: claim value preview, as the issuing code makes it."""
    client("Photo Box")
    choir = groups.create("Choir", description="", requires_second_step=False, by=boss.id)
    groups.add_member(choir, jane, by=boss.id)
    db.session.commit()

    desk.open(f"/admin/groups/{board.id}")

    assert desk.sees("a member:")
    assert told(desk) == {"groups": ["Board", "Choir"]}
    assert desk.sees("No member allows it yet")


@pytest.mark.one_engine
def test_group_that_nobody_sees_says_so(desk, board, boss, jane, db):
    groups.remove_member(board, jane.id, by=boss.id)
    db.session.commit()

    desk.open(f"/admin/groups/{board.id}")

    assert desk.sees("None: no application may ask for the scope groups.")
    assert told(desk) == {"groups": ["Board"]}


@pytest.mark.one_engine
def test_user_manager_is_led_to_no_application(app, board, db):
    """security.md AD01: no link to a page that would refuse them."""
    client("Photo Box")
    browser = browser_of(app, factories.user(is_user_manager=True))

    browser.open(f"/admin/groups/{board.id}")

    assert browser.sees("Photo Box")
    links = [one.get("href") for one in browser.shown.root.find_all("a")]
    assert not [link for link in links if link.startswith("/admin/applications/")]
