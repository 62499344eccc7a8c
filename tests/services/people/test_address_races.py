"""Addresses wanted by eight at once: one gets it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from app.database import db as database
from app.errors import NotFound
from app.models import Mail, SignUp, User, UserEmail
from app.services.people import (
    accounts,
    address_changes,
    address_claims,
    addresses,
    code_tries,
    sign_ups,
)
from app.services.people.accounts import AddressTaken
from app.services.people.address_changes import RevertLinkDead
from app.services.people.addresses import PrimaryStays
from app.services.people.mailed_codes import CodeRefused
from app.services.people.person_names import NewPerson
from app.services.people.sign_ups import SignUpLinkDead
from tests import at_once, factories, mailbox
from tests.secrets_seen import remember

NEW = "new@people.example"
LOST = (
    NotFound,
    AddressTaken,
    CodeRefused,
    PrimaryStays,
    RevertLinkDead,
    SignUpLinkDead,
)


@pytest.fixture
def jane(db):
    assert db.engine, "a context of the application is open"
    return factories.user("jane@people.example")


@pytest.fixture
def mailed(app, db):
    """Return a list that catches the tokens of links; mails are written in a request."""
    with app.test_request_context(base_url="https://id.example"):
        yield []


def catch(tokens):
    """Return a maker of links that keeps the token."""

    def link(token):
        tokens.append(remember(token))
        return f"https://id.example/?token={token}"

    return link


def race(app, acts):
    """Do these things at once; return how many came through."""
    start = Barrier(len(acts))

    def run(act):
        with app.test_request_context(base_url="https://id.example"):
            database.session.scalar(select(User.id).limit(1))
            start.wait()
            try:
                act()
                database.session.commit()
            except LOST:
                database.session.rollback()
                return False
            return True

    with ThreadPoolExecutor(len(acts)) as pool:
        return sum(pool.map(run, acts))


def begun(tokens):
    """Begin a sign-up in a browser."""
    hashed = factories.hashed("four green boats sail home")
    sign_ups.begin("browser", NEW, person=NewPerson(), password_hash=hashed, link=catch(tokens))
    database.session.commit()


def test_one_of_eight_confirms_a_sign_up(app, mailed):
    """security.md RV02, RV09: by the link, here and elsewhere."""
    begun(mailed)
    token = mailed[-1]

    def here():
        sign_ups.confirm_here(sign_ups.find_by_link(token))

    def elsewhere():
        hashed = factories.hashed("nine quiet rivers run north")
        sign_ups.confirm_elsewhere(
            sign_ups.find_by_link(token), new_hash=hashed, person=NewPerson()
        )

    assert race(app, [here, elsewhere] * 4) == 1
    assert database.session.scalar(select(func.count()).select_from(User)) == 1


def test_sign_up_that_is_begun_twice_at_once_is_one(app, mailed):
    """A double press: the later one counts, and nothing is our fault."""

    def begin():
        hashed = factories.hashed("four green boats sail home")
        sign_ups.begin("one", NEW, person=NewPerson(), password_hash=hashed, link=catch(mailed))

    assert race(app, [begin] * 4) == 4
    assert database.session.scalar(select(func.count()).select_from(SignUp)) == 1


def claim(user, tokens):
    """Let a user claim the address; return the act that confirms it by its link."""
    address_claims.begin(user, NEW, link=catch(tokens))
    database.session.commit()
    user_id, token = user.id, tokens[-1]

    def confirm():
        me = database.session.get(User, user_id)
        address_claims.confirm_by_link(me, address_claims.find_by_link(me, token))

    return confirm


def test_one_of_eight_adds_a_claimed_address(app, jane, mailed):
    """security.md RV02."""
    assert race(app, [claim(jane, mailed)] * 8) == 1
    assert [one.key for one in addresses.of_user(jane)] == [jane.email_key, NEW]


def test_one_of_eight_adds_a_claimed_address_by_its_code(app, jane, mailed, db):
    """security.md RV02: the code, typed in eight tabs at once; the others are told it is over."""
    with app.test_request_context(base_url="https://id.example"):
        claim_id = address_claims.begin(jane, NEW, link=catch(mailed))
        database.session.commit()
    (letter,) = mailbox.outbox(NEW)
    user_id, code = jane.id, remember(letter.subject.split()[0])

    def confirm():
        with app.test_request_context(base_url="https://id.example"):
            me = database.session.get(User, user_id)
            found = address_claims.find(me, claim_id)
            address_claims.count_try(found)
            address_claims.confirm_by_code(me, found, code)
            database.session.commit()

    assert at_once.race(app, confirm, losing=LOST) == 1
    assert [one.key for one in addresses.of_user(jane)] == [jane.email_key, NEW]
    told = select(func.count()).select_from(Mail).where(Mail.template == "address_added")
    assert database.session.scalar(told) == 1


def test_no_more_than_five_of_eight_wrong_codes_are_tried(app, jane, mailed):
    """security.md RV02: also when they are typed at once."""
    claim_id = address_claims.begin(jane, NEW, link=catch(mailed))
    database.session.commit()
    user_id = jane.id

    def guess():
        found = address_claims.find(database.session.get(User, user_id), claim_id)
        address_claims.count_try(found)

    assert at_once.race(app, guess, losing=LOST) == code_tries.MOST_TRIES


def test_one_of_eight_people_gets_an_address(app, mailed):
    """security.md RV09: by the constraint of the database."""
    acts = [claim(factories.user(), mailed) for _ in range(8)]

    assert race(app, acts) == 1
    found = select(func.count()).select_from(UserEmail).where(UserEmail.key == NEW)
    assert database.session.scalar(found) == 1


def test_sign_up_and_claim_at_once_give_one_owner(app, jane, mailed):
    """security.md RV09."""
    confirm = claim(jane, mailed)
    begun(mailed)
    token = mailed[-1]

    def sign_up():
        sign_ups.confirm_here(sign_ups.find_by_link(token))

    assert race(app, [confirm, sign_up] * 4) == 1
    assert accounts.find_by_email(NEW) is not None


def test_one_of_eight_puts_an_address_back(app, jane, mailed):
    """security.md RV07."""
    factories.address(jane, NEW)
    address_changes.promote(jane, NEW, link=catch(mailed))
    database.session.commit()
    token, epoch = mailed[-1], jane.epoch

    assert race(app, [lambda: address_changes.use(address_changes.find(token))] * 8) == 1
    database.session.refresh(jane)
    assert (jane.email, jane.epoch) == ("jane@people.example", epoch + 1)


def test_address_is_not_removed_while_it_becomes_primary(app, jane, mailed):
    """Whoever comes second sees what the first has done: the primary one is always there."""
    factories.address(jane, NEW)
    user_id = jane.id

    def promote():
        me = database.session.get(User, user_id)
        address_changes.promote(me, NEW, link=catch(mailed))

    def remove():
        addresses.remove(database.session.get(User, user_id), NEW)

    race(app, [promote, remove] * 4)

    database.session.refresh(jane)
    assert jane.email_key in {one.key for one in addresses.of_user(jane)}
