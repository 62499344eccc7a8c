"""No six acts of anybody raise what anybody may do (security.md AD03).

The real pages on a real database: whoever may send a form sends every form there is, with every
field ticked, about everybody. Each world within six acts is visited once; two ways to one world
are one world. The acts come from the addresses of the application: a new page is tried as well.
"""

from __future__ import annotations

from collections import deque

import pytest

from app.services.clients import owners
from app.services.people import roles
from app.services.people.roles import ALLOWED, Permission, Role
from tests.search.rights import Desk

pytestmark = [pytest.mark.one_engine, pytest.mark.usefixtures("clock", "db")]
DEPTH = 6
EVERYBODY = ("user", "owner", "manager", "auditor")


@pytest.fixture
def desk(app, stage, db):
    """Return the four people at their pages."""
    made = Desk(app, stage.engine)
    db.session.commit()
    return made


def search(desk, people=EVERYBODY, depth=DEPTH):
    """Return the acts of these people that lead to more rights or None, and how many worlds."""
    start = desk.rights()
    acts = [(who, *act) for who in people for act in desk.acts(who)]
    seen, waiting = {start}, deque([(desk.save(), ())])
    while waiting:
        world, way = waiting.popleft()
        desk.restore(world)
        for who, path, form in acts:
            if desk.act(who, path, form) in desk.REFUSED:
                continue
            after = desk.rights()
            done = (*way, f"{who}: {path} {dict(form)['act']}")
            if after.exceed(start):
                return done, len(seen)
            if after not in seen and len(done) < depth:
                seen.add(after)
                waiting.append((desk.save(), done))
            desk.restore(world)
    return None, len(seen)


@pytest.mark.parametrize(
    ("who", "least"), [("user", 1), ("owner", 2), ("manager", 20), ("auditor", 2)]
)
def test_no_six_acts_of_anybody_raise_a_right(desk, who, least):
    """security.md AD03: no sequence of up to 6 operations raises anyone's own rights."""
    found, worlds = search(desk, [who])

    assert found is None
    assert worlds >= least


def test_nobody_helps_another_to_a_right(desk, thorough):
    """security.md AD03: nor do they together; `--thorough 3` goes as deep as for one alone."""
    assert search(desk, depth=2 * thorough)[0] is None


@pytest.mark.parametrize("role", [Role.USER_MANAGER, Role.AUDITOR])
def test_search_sees_a_role_that_gives_roles(desk, monkeypatch, role):
    """A search that finds nothing proves nothing unless it finds what was planted."""
    monkeypatch.setitem(ALLOWED, role, ALLOWED[role] | {Permission.GIVE_ROLES})

    assert search(desk)[0]


def test_search_sees_a_manager_who_may_change_anybody(desk, monkeypatch):
    monkeypatch.setattr(roles, "may_change", lambda *_: True)

    assert search(desk)[0]


def test_search_sees_an_owner_who_names_owners(desk, monkeypatch):
    more = roles.ALLOWED_TO_OWN | {Permission.CHANGE_OWNERS}
    monkeypatch.setattr(roles, "ALLOWED_TO_OWN", more)

    assert search(desk)[0]


def test_search_sees_an_owner_who_asks_for_more(desk, monkeypatch):
    monkeypatch.setattr(owners, "check_change", lambda *_: None)
    monkeypatch.setattr("app.web.admin.client.permits", lambda _: True)

    assert search(desk)[0]
