"""Set-up links: any number of them, used at once, make one first administrator."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from app.database import db as database
from app.models import User
from app.services.people import accounts, set_up
from app.services.people.set_up import SetUpLinkDead
from app.services.upkeep import once
from tests import factories
from tests.secrets_seen import remember


def token_of(link):
    """Return the value in a link."""
    return remember(link.partition("token=")[2])


def test_no_link_is_made_once_there_is_an_administrator(db):
    factories.admin()

    assert set_up.new_link() is None
    assert not set_up.is_needed()


def test_link_dies_with_the_first_use_of_any(db):
    first, second = token_of(set_up.new_link()), token_of(set_up.new_link())

    set_up.use(first)

    for used in (first, second):
        with pytest.raises(SetUpLinkDead):
            set_up.check(used)


def test_link_of_another_purpose_opens_nothing(db):
    once.spend("a value")

    with pytest.raises(SetUpLinkDead):
        set_up.check(f"{once.PURPOSE} a value")


def test_two_links_used_at_once_make_one_administrator(app, db):
    tokens = [token_of(set_up.new_link()) for _ in range(2)]
    db.session.commit()
    start = Barrier(len(tokens))

    def race(number):
        with app.app_context():
            set_up.check(tokens[number])
            start.wait()
            try:
                set_up.use(tokens[number])
            except SetUpLinkDead:
                return False
            email = f"admin{number}@people.example"
            accounts.create(email, password="purple llamas hum at noon", is_admin=True)
            database.session.commit()
            return True

    with ThreadPoolExecutor() as pool:
        won = list(pool.map(race, range(len(tokens))))

    assert sorted(won) == [False, True]
    assert db.session.scalar(select(func.count()).select_from(User)) == 1
