"""One passkey, or one answer, wanted by eight at once: one gets it."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.database import db as database
from app.models import Passkey, User
from app.services.people import passkey_proofs, passkeys, ways_in
from app.services.people.challenges import ChallengeStale
from app.services.people.passkey_proofs import CounterWentBack
from app.services.people.passkeys import PasskeyKnown
from app.services.people.ways_in import LastWayIn
from tests import at_once, factories
from tests.authenticator import Authenticator

BROWSER = "the browser of jane"


@pytest.fixture
def jane(db):
    assert db.engine, "a context of the application is open"
    return factories.user("jane@people.example")


def rows(db, model):
    return db.session.scalar(select(func.count()).select_from(model))


def sign_in(answer, browser=BROWSER):
    return passkey_proofs.finish_sign_in(answer, browser=browser)


def options():
    return passkey_proofs.begin_sign_in(browser=BROWSER)


def race(app, act, *, width=8):
    """Do one thing so many times at once; return how many came through."""
    return at_once.race(
        app, act, losing=(ChallengeStale, CounterWentBack, PasskeyKnown, LastWayIn), width=width
    )


@pytest.mark.parametrize("count", [0, None], ids=["counts", "does not count"])
def test_one_of_eight_signs_in_with_one_answer(app, jane, count):
    """security.md MF07: a challenge is good for one use, of any number at once too."""
    answer = factories.passkey(jane, count=count).sign(options())

    assert race(app, lambda: sign_in(answer)) == 1


def test_one_of_eight_makes_a_passkey(app, jane, db):
    user_id, asked = jane.id, passkeys.begin_registration(jane, browser=BROWSER)
    answer = Authenticator().make(asked)

    def make():
        owner = database.session.get(User, user_id)
        passkeys.finish_registration(owner, answer, browser=BROWSER, name="Laptop")

    assert race(app, make) == 1
    assert rows(db, Passkey) == 1


def test_one_of_the_last_two_stays_when_both_go_at_once(app, db):
    jane = factories.user(password=None)
    ids = [(factories.passkey(jane), passkeys.of_user(jane.id)[-1].id)[1] for _ in range(2)]
    user_id, left = jane.id, list(ids)

    def remove():
        owner = database.session.get(User, user_id)
        ways_in.remove_passkey(owner, left.pop(), session_id=0)

    assert race(app, remove, width=2) == 1
    assert passkeys.count(user_id) == 1
