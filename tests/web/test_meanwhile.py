"""What others do while a password is hashed: nobody goes on with what is not so any more."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select, update

from app.database import commit
from app.database import db as database
from app.models import Invitation, Password, PasswordReset, User
from app.security import passwords as hashing
from app.services.people import invitations, passwords, resets
from tests import factories
from tests.administrators import browser_of, visitor
from tests.factories import PASSWORD, hashed
from tests.secrets_seen import remember

NEW = "four green boats sail home"
OTHER = "nine quiet rivers run north"
THIEF, VICTIM = "thief@people.example", "victim@people.example"


@pytest.fixture
def meanwhile(app, monkeypatch):
    """Return a function that has something done while the next new password is hashed."""
    waiting = []

    def do(act):
        with app.test_request_context(base_url="https://id.example"):
            act()
            commit()

    def hash_password(password):
        while waiting:
            with ThreadPoolExecutor(1) as pool:
                pool.submit(do, waiting.pop()).result()
        return hashed(password)

    monkeypatch.setattr(hashing, "hash_password", hash_password)
    return waiting.append


def is_known(db, email):
    """Tell whether there is an account with the address."""
    found = select(func.count()).select_from(User).where(User.email == email)
    return bool(db.session.scalar(found))


def token_of(send):
    """Return the token of the link that is mailed."""
    tokens = []
    send(lambda token: tokens.append(remember(token)) or "https://id.example/")
    return tokens[0]


def test_link_of_one_address_confirms_no_other(app, db, letters, meanwhile):
    """security.md RV08: the sign-up is begun anew, for another address, in the first browser."""
    first = visitor(app).sign_up(THIEF, PASSWORD)
    second = visitor(app).open(letters.link(THIEF))

    meanwhile(lambda: first.sign_up(VICTIM, PASSWORD))
    second.press("confirm", password=NEW)

    assert second.status == 410
    assert second.sees("expired")
    assert not is_known(db, VICTIM)
    assert not is_known(db, THIEF)


@pytest.fixture
def invited(app, db):
    """Invite somebody without a role; return their browser, with the page of the link open."""
    boss = factories.admin("boss@people.example")
    with app.test_request_context(base_url="https://id.example"):
        token = token_of(
            lambda link: invitations.send(VICTIM, name=None, is_admin=False, by=boss, link=link)
        )
        commit()
    return visitor(app).open(f"/login/invitation?token={token}")


def test_invitation_that_is_taken_back_makes_no_account(db, invited, meanwhile):
    """security.md RV02; and it is no fault of ours."""

    def take_back():
        one = database.session.scalars(select(Invitation)).one()
        boss = database.session.scalars(select(User)).one()
        invitations.revoke(one, by=boss)

    meanwhile(take_back)
    invited.press("register", password=NEW)

    assert invited.status == 410
    assert not is_known(db, VICTIM)


def test_replaced_invitation_does_not_give_the_role_of_the_next(db, invited, meanwhile):
    """security.md AD03, RV02: the old link was to make a user, the new one an administrator."""

    def send_again():
        boss = database.session.scalars(select(User)).one()
        token_of(
            lambda link: invitations.send(VICTIM, name=None, is_admin=True, by=boss, link=link)
        )

    meanwhile(send_again)
    invited.press("register", password=NEW)

    assert invited.status == 410
    assert not is_known(db, VICTIM)


def replace_password(user_id):
    """Return the act of somebody else who chooses another password for the user."""
    return lambda: passwords.replace(database.session.get(User, user_id), hashed(OTHER))


def test_link_from_before_a_change_of_the_password_is_dead(app, jane, meanwhile):
    """security.md RV05: it was alive when its form was sent."""
    with app.test_request_context(base_url="https://id.example"):
        me = database.session.get(User, jane.id)
        token = remember(resets.new_token(me, me.email_key))
        commit()
    thief = visitor(app).open(f"/login/reset?token={token}")

    meanwhile(replace_password(jane.id))
    thief.press("save", password=NEW)

    assert thief.status == 410
    assert visitor(app).open("/login/sign-in").sign_in(jane.email, OTHER).at == "/account/"


def test_password_that_is_dead_chooses_no_other(app, jane, meanwhile):
    """security.md PW06: the owner has replaced it while a thief's change was under way."""
    thief = browser_of(app, jane)

    meanwhile(replace_password(jane.id))
    typed = {"current_password": PASSWORD, "password": remember(NEW)}
    thief.open("/account/security").press("change-password", **typed)

    assert thief.status == 422
    assert thief.sees("That isn't your current password.")
    assert visitor(app).open("/login/sign-in").sign_in(jane.email, OTHER).at == "/account/"


def test_sign_in_with_a_password_that_is_dead_by_now_does_not_live(app, jane, db, meanwhile):
    """security.md R10: its weak hash was being made stronger when the owner chose another."""
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    db.session.execute(update(Password).where(Password.user_id == jane.id).values(hash=weak))
    db.session.commit()
    thief = visitor(app).open("/login/sign-in")

    meanwhile(replace_password(jane.id))
    thief.sign_in(jane.email, PASSWORD)

    assert thief.open("/account/").at == "/login/sign-in"
    assert visitor(app).open("/login/sign-in").sign_in(jane.email, OTHER).at == "/account/"


def test_each_act_ends_what_was_issued_before_it(app, jane):
    """security.md R10: an act that has read the user before another one does not undo its end."""
    with app.app_context():
        read_before = database.session.get(User, jane.id)
        epoch = read_before.epoch
        with ThreadPoolExecutor(1) as pool:
            pool.submit(_replace_in, app, jane.id).result()
        passwords.replace(read_before, hashed(OTHER))
        commit()
        assert read_before.epoch == epoch + 2


def _replace_in(app, user_id):
    with app.app_context():
        replace_password(user_id)()
        commit()


def test_two_links_at_once_leave_one(app, db, jane):
    """security.md RV06: the earlier one is dead, whoever was first."""

    def ask(_number):
        with app.test_request_context(base_url="https://id.example"):
            me = database.session.get(User, jane.id)
            remember(resets.new_token(me, me.email_key))
            commit()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ask, range(4)))

    assert db.session.scalar(select(func.count()).select_from(PasswordReset)) == 1
