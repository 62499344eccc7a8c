"""Users: rules for those who administer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from app.database import db as database
from app.errors import NotFound
from app.models import User
from app.services.people import users
from app.services.people.users import LastAdministrator, OwnAccount
from tests import factories


def test_nobody_turns_off_the_own_account(db):
    admin = factories.admin()

    with pytest.raises(OwnAccount):
        users.turn_off(admin, by=admin.id)


def test_last_administrator_stays(db, clock):
    """An administrator who was just turned off must not take the last one along."""
    last, gone = factories.admin(), factories.admin(disabled_at=clock())

    with pytest.raises(LastAdministrator):
        users.turn_off(last, by=gone.id)

    db.session.rollback()
    assert not db.session.get(User, last.id).is_disabled


def test_last_administrator_alone_stays(db, clock):
    """Where there is none any more, everybody else can still be turned off."""
    user, gone = factories.user(), factories.admin(disabled_at=clock())

    users.turn_off(user, by=gone.id)

    assert user.is_disabled


def test_one_of_two_administrators_can_be_turned_off(db):
    first, second = factories.admin(), factories.admin()

    users.turn_off(second, by=first.id)

    assert second.is_disabled


def test_user_can_be_turned_off_twice(db, clock):
    admin, user = factories.admin(), factories.user()
    users.turn_off(user, by=admin.id)
    first = user.disabled_at
    clock.move(hours=1)

    users.turn_off(user, by=admin.id)

    assert user.disabled_at == first


def test_two_administrators_who_turn_each_other_off_leave_one(app, db):
    """security.md AD10: a race of two administrators removing each other."""
    pair = [factories.admin().id, factories.admin().id]
    start = Barrier(len(pair))

    def race(number):
        with app.app_context():
            other = users.get(pair[1 - number])
            start.wait()
            try:
                users.turn_off(other, by=pair[number])
            except LastAdministrator:
                database.session.rollback()
                return False
            database.session.commit()
            return True

    with ThreadPoolExecutor() as pool:
        won = list(pool.map(race, range(len(pair))))

    left = select(func.count()).select_from(User).where(User.is_admin, User.disabled_at.is_(None))
    assert sorted(won) == [False, True]
    assert db.session.scalar(left) == 1


@pytest.mark.parametrize("user_id", [0, 12345])
def test_unknown_user_is_not_found(db, user_id):
    with pytest.raises(NotFound):
        users.get(user_id)


def test_search_finds_names_and_addresses_in_any_case(db):
    jane = factories.user("Jane.Doe@people.example", name="Jane Doe")
    factories.user("omar@people.example", name="Omar")

    for words in ("jane", "DOE@", "Jane Doe", jane.subject):
        assert [row.id for row in users.search(words)[0]] == [jane.id], words


def test_search_counts_everybody_and_shows_one_page(db):
    for number in range(users.PAGE_SIZE + 2):
        factories.user(name=f"Person {number:02}", password=None)

    rows, total = users.search("person", page=2)

    assert total == users.PAGE_SIZE + 2
    assert [row.name for row in rows] == ["Person 25", "Person 26"]
