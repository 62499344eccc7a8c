"""People who sign in at the same moment do not stand in each other's way."""

import pytest

from app.database import commit
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
