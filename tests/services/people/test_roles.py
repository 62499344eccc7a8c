"""Roles and owners as rules: the table is what counts, and of two who act at once one is right."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from app.database import db as database
from app.models import Client, User
from app.services.clients import owners
from app.services.clients.owners import LastOwner
from app.services.people import roles, users
from app.services.people.roles import Permission, Role
from app.services.people.users import LastAdministrator
from tests import factories


def at_once(app, acts, *, losing):
    """Do these things at once; return who came through."""
    start = Barrier(len(acts))

    def run(act):
        with app.app_context():
            act(start)
            try:
                database.session.commit()
            except losing:
                return False
            return True

    def guarded(act):
        try:
            return run(act)
        except losing:
            return False

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(guarded, acts))


def test_two_administrators_who_take_each_others_role_leave_one(app, db):
    """security.md AD10: a race of two administrators removing each other."""
    pair = [factories.admin().id, factories.admin().id]

    def take(number):
        def act(start):
            other = users.get(pair[1 - number])
            start.wait()
            roles.give(other, [], by=pair[number])

        return act

    won = at_once(app, [take(0), take(1)], losing=LastAdministrator)

    db.session.expire_all()
    assert won == [False, True]
    assert sorted(db.session.get(User, one).is_admin for one in pair) == [False, True]


def test_two_owners_who_step_down_at_once_leave_one(app, db):
    client, pair = factories.client().client, [factories.user(), factories.user()]
    for person in pair:
        owners.add(client, person)
    db.session.commit()

    def leave(user_id):
        def act(start):
            row = database.session.get(Client, client.id)
            start.wait()
            owners.leave(row, user_id)

        return act

    won = at_once(app, [leave(person.id) for person in pair], losing=LastOwner)

    assert won == [False, True]
    assert len(owners.of_client(client)) == 1


@pytest.mark.one_engine
def test_several_roles_add_up(db):
    both = factories.user(is_user_manager=True, is_auditor=True)

    assert roles.of(both) == [Role.USER_MANAGER, Role.AUDITOR]
    assert roles.permits(both, Permission.INVITE)
    assert roles.permits(both, Permission.READ_KEYS)
    assert not roles.permits(both, Permission.CHANGE_KEYS)


@pytest.mark.one_engine
def test_owner_is_one_as_long_as_there_is_an_application(db):
    person, client = factories.user(), factories.client().client
    owners.add(client, person)
    db.session.commit()
    db.session.refresh(person)
    assert roles.of(person) == [Role.APPLICATION_OWNER]
    assert not roles.permits(person, Permission.READ_APPLICATIONS)
    assert roles.permits_to_own(person, Permission.READ_APPLICATIONS)

    owners.remove(client, person.id)
    db.session.commit()
    db.session.refresh(person)

    assert roles.of(person) == []
