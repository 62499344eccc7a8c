"""Sign-ins at the same moment: people are not in each other's way, guesses are in one line."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from app.database import commit, rollback
from app.errors import TooMany
from app.services.upkeep import throttles

pytestmark = pytest.mark.race


@pytest.fixture
def office(db):
    """Return the count of a network that many people share."""
    assert db.engine, "a context of the application is open"
    return throttles.network("192.0.2.1")


def test_try_that_waited_for_its_turn_is_not_refused(office, clock):
    """Two workers: the one that read the time first may well come to the database second."""
    throttles.reserve([office])
    commit()
    clock.move(milliseconds=-20)

    throttles.reserve([office])


def test_try_that_went_right_does_not_block_one_that_began_before(office, clock):
    throttles.reserve([office])
    clock.move(milliseconds=20)
    throttles.give_back(office)
    commit()
    clock.move(milliseconds=-20)

    throttles.reserve([office])


def test_right_guess_waits_for_the_wrong_ones_that_are_being_counted(app, office, clock):
    """security.md RL03: it must not overtake them while nobody can see them yet."""
    account = throttles.account("jane@people.example")
    for _ in range(throttles.ACCOUNT.free - 1):
        throttles.reserve((account,))
        commit()
    throttles.reserve((account, office))

    def go_right():
        with app.app_context():
            try:
                throttles.went_right(account, office)
            finally:
                rollback()

    with ThreadPoolExecutor(1) as people:
        right = people.submit(go_right)
        with pytest.raises(TimeoutError):
            right.result(0.3)
        commit()
        with pytest.raises(TooMany):
            right.result(30)
