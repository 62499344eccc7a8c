"""Throttles: how long one waits, and for whom it counts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from app.errors import TooMany
from app.models import Throttle
from app.services.upkeep import throttles
from app.services.upkeep.memory import memory
from app.services.upkeep.throttles import Count, Limit

FEW = Limit("few", free=2, wait=timedelta(seconds=10))


def spend(db, count, times=1):
    """Count tries, each in a transaction of its own."""
    for _ in range(times):
        throttles.reserve((count,))
        db.session.commit()


def wait(db, count):
    """Return how long the next try has to wait, None when it need not."""
    try:
        throttles.reserve((count,))
    except TooMany as many:
        return many.retry_after
    finally:
        db.session.rollback()
    return None


def test_free_tries_wait_for_nothing_and_the_next_ones_ever_longer(db, clock):
    count = Count(FEW, "jane")
    spend(db, count, FEW.free)
    waits = []
    for _ in range(4):
        waits.append(wait(db, count))
        clock.move(waits[-1])
        spend(db, count)

    assert waits == [timedelta(seconds=seconds) for seconds in (10, 20, 40, 80)]


def test_wait_is_never_longer_than_an_hour(db, clock):
    count = Count(FEW, "jane")
    for _ in range(20):
        clock.move(throttles.LONGEST_WAIT)
        spend(db, count)

    assert wait(db, count) == throttles.LONGEST_WAIT
    assert FEW.wait_after(10_000) == throttles.LONGEST_WAIT


def test_what_is_a_day_old_is_forgotten(db, clock):
    count = Count(FEW, "jane")
    for _ in range(10):
        clock.move(throttles.LONGEST_WAIT)
        spend(db, count)
    clock.move(throttles.MEMORY)

    spend(db, count, FEW.free)

    assert wait(db, count) == FEW.wait


def test_one_persons_tries_are_not_anothers(db, clock):
    spend(db, Count(FEW, "jane"), FEW.free)

    assert wait(db, Count(FEW, "john")) is None
    assert wait(db, Count(Limit("other", free=2), "jane")) is None


def test_try_that_is_refused_is_not_counted(db, clock):
    """Waiting and asking again must not make the wait longer."""
    count = Count(FEW, "jane")
    spend(db, count, FEW.free)
    for _ in range(5):
        wait(db, count)

    assert wait(db, count) == FEW.wait


def test_refusal_of_one_counts_for_none(db, clock):
    full, free = Count(FEW, "jane"), Count(FEW, "john")
    spend(db, full, FEW.free)

    with pytest.raises(TooMany):
        throttles.reserve((free, full))
    db.session.rollback()

    spend(db, free, FEW.free)


def test_what_is_given_back_lifts_the_wait_it_caused(db, clock):
    count = Count(FEW, "jane")
    spend(db, count, FEW.free)

    throttles.give_back(count)
    db.session.commit()

    assert wait(db, count) is None


def test_forgotten_count_leaves_no_row(db, clock):
    count = Count(FEW, "jane")
    spend(db, count)

    throttles.forget(count)

    assert db.session.scalar(select(func.count()).select_from(Throttle)) == 0


def test_check_counts_nothing(db, clock):
    count = Count(FEW, "jane")
    spend(db, count)

    for _ in range(FEW.free + 1):
        throttles.check((count, Count(FEW, "john")))

    assert wait(db, count) is None


def test_check_asks_nothing_about_who_has_never_had_to_wait(db, statements):
    count = Count(FEW, "jane")
    spend(db, count)

    with statements() as seen:
        throttles.check((count, Count(FEW, "john")))

    assert seen.count == 0, seen


def test_check_asks_the_database_whether_the_wait_is_over(db, clock, statements):
    """Another process may have ended it: somebody has chosen a new password there."""
    count = Count(FEW, "jane")
    spend(db, count, FEW.free)
    with pytest.raises(TooMany):
        throttles.check((count,))
    db.session.execute(delete(Throttle))

    throttles.check((count,))

    with statements() as seen:
        throttles.check((count,))
    assert seen.count == 0, seen


def test_another_process_finds_out_by_one_try(db, clock, statements):
    """It does the work of that one in vain; it decides nothing (security.md RL03)."""
    count = Count(FEW, "jane")
    spend(db, count, FEW.free)
    memory().waiting.clear()

    throttles.check((count,))
    with pytest.raises(TooMany):
        throttles.reserve((count,))
    with statements() as seen, pytest.raises(TooMany):
        throttles.check((count,))
    assert seen.count == 1, seen


def test_check_refuses_as_long_as_the_longest_wait_among_them(db, clock):
    long, short = Count(FEW, "jane"), Count(FEW, "john")
    spend(db, long, FEW.free)
    clock.move(FEW.wait)
    spend(db, long)
    spend(db, short, FEW.free)

    with pytest.raises(TooMany) as many:
        throttles.check((short, long))
    assert many.value.retry_after == 2 * FEW.wait

    clock.move(2 * FEW.wait)
    throttles.check((short, long))


def test_what_went_right_is_forgotten_for_the_account_alone(db, clock):
    account, network = Count(FEW, "jane"), Count(Limit("net", free=2), "192.0.2.1")
    spend(db, account)
    spend(db, network)

    throttles.went_right(account, network)
    db.session.commit()

    spend(db, account)
    assert wait(db, account) is None
    spend(db, network)
    assert wait(db, network) == network.limit.wait


@pytest.mark.parametrize("blocked", [0, 1])
def test_what_went_right_waits_like_the_rest(db, clock, blocked):
    counts = (Count(FEW, "jane"), Count(Limit("net", free=2), "192.0.2.1"))
    spend(db, counts[blocked], FEW.free)

    with pytest.raises(TooMany):
        throttles.went_right(*counts)
    db.session.rollback()

    clock.move(counts[blocked].limit.wait)
    throttles.went_right(*counts)


def test_what_went_right_leaves_nothing_that_is_kept(db, clock):
    """Whoever signs in for the first time is no row of the throttles by the next clean-up."""
    throttles.went_right(Count(FEW, "jane"), Count(FEW, "192.0.2.1"))

    assert not db.session.scalars(select(Throttle).where(Throttle.expires_at > clock())).all()


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::9", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("", "not an address", True),
    ],
)
def test_network_is_one_address_or_the_first_half_of_one(app, one, other, same):
    with app.app_context():
        assert (throttles.network(one).key == throttles.network(other).key) is same


@pytest.mark.one_engine
def test_address_cannot_be_read_from_the_row(app):
    with app.app_context():
        assert "jane" not in throttles.account("jane@people.example").key
        assert len(throttles.account("jane@people.example").key) == 43
