"""One invitation opened by eight at once makes one account (security.md RV02)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import func, select

from app.database import db as database
from app.models import Invitation, User
from app.services.people import invitations
from app.services.people.accounts import AddressTaken
from app.services.people.invitations import InvitationDead
from app.services.people.person_names import NewPerson
from tests import factories
from tests.factories import PASSWORD, hashed
from tests.secrets_seen import remember

WIDTH = 8
#: As many mails as one address is sent in a row.
HALF = 4
EMAIL = "omar@people.example"


def test_one_of_eight_makes_the_account(app, db):
    boss, tokens = factories.admin(), []
    invitations.send(
        EMAIL, name=None, is_admin=True, by=boss, link=lambda token: tokens.append(token) or "x"
    )
    db.session.commit()
    start, hash_ = Barrier(WIDTH), hashed(PASSWORD)
    remember(tokens[0])

    def accept(_number):
        with app.app_context():
            invited = invitations.find(tokens[0])
            start.wait()
            try:
                invitations.accept(invited, person=NewPerson(), password_hash=hash_)
                database.session.commit()
            except (InvitationDead, AddressTaken):
                database.session.rollback()
                return False
            return True

    with ThreadPoolExecutor(WIDTH) as pool:
        made = list(pool.map(accept, range(WIDTH)))

    assert made.count(True) == 1
    assert db.session.scalar(select(func.count()).where(User.email == EMAIL)) == 1
    assert db.session.scalar(select(func.count()).select_from(Invitation)) == 0


def test_invitations_of_one_address_at_once_leave_one(app, db):
    """security.md RV06."""
    boss_id, start = factories.admin().id, Barrier(HALF)

    def send(_number):
        with app.app_context():
            boss = database.session.get(User, boss_id)
            start.wait()
            invitations.send(EMAIL, name=None, is_admin=False, by=boss, link=lambda _token: "x")
            database.session.commit()

    with ThreadPoolExecutor(HALF) as pool:
        list(pool.map(send, range(HALF)))

    assert db.session.scalar(select(func.count()).select_from(Invitation)) == 1
