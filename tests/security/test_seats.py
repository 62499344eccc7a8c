"""Seats: one thread of all processes at each, and whoever it belongs to comes first."""

from __future__ import annotations

import fcntl
import multiprocessing
import threading
from time import monotonic

import pytest

from app import seats
from app.seats import LONGEST_WAIT_SECONDS, Seat, Seats
from tests.stalls import wait

LONG = 30.0
pytestmark = pytest.mark.skipif(not seats.make(1), reason="there are no files in memory there")


@pytest.fixture
def places():
    return seats.make(2)


def test_seat_is_borrowed_by_one_at_a_time(places):
    first, second = Seat(places[0]), Seat(places[0])

    assert [first.borrow(), second.borrow()] == [True, False]
    first.give_back()
    assert second.borrow()


def test_worker_sits_at_its_own_seat_and_at_that_of_another_when_it_is_free(places):
    one, other = Seats(places, 0), Seats(places, 1)

    with one.own():
        with other.any_other() as may_sit:
            assert not may_sit
        with one.any_other() as may_sit:
            assert may_sit
    with other.any_other() as may_sit:
        assert may_sit


def test_who_waits_for_their_own_seat_comes_before_who_would_borrow_it_again(places):
    borrower, sat, leave = Seat(places[0]), threading.Event(), threading.Event()

    def sit():
        with Seats(places, 0).own():
            sat.set()
            leave.wait(LONG)

    assert borrower.borrow()
    owner = threading.Thread(target=sit)
    owner.start()
    looking = Seat((places[0][0], places[1][1]))  # through the door of the first alone
    wait(until=lambda: not looking.borrow())
    borrower.give_back()

    assert not borrower.borrow()
    assert sat.wait(LONG)
    leave.set()
    owner.join()
    assert borrower.borrow()


def test_process_that_dies_gives_its_seat_back(places):
    context = multiprocessing.get_context("fork")
    begun = context.Event()
    process = context.Process(target=_sit_for_ever, args=(places[0], begun))
    process.start()
    seat = Seat(places[0])
    assert begun.wait(LONG)
    assert not seat.borrow()

    process.kill()
    process.join()

    assert seat.borrow()


def test_without_seats_everybody_may_sit():
    with Seats().own(), Seats().any_other() as may_sit:
        assert may_sit


def test_seats_that_cannot_be_opened_are_told():
    with pytest.raises(OSError, match="No such file"):
        Seats([("/nowhere/door", "/nowhere/seat")])


def test_where_locks_are_forbidden_nobody_waits_for_them(places, monkeypatch):
    def forbidden(_file, _operation):
        raise PermissionError

    monkeypatch.setattr(fcntl, "flock", forbidden)

    with pytest.raises(PermissionError):
        Seats(places)


def test_who_does_not_leave_in_time_is_not_waited_for(places):
    stopped, owner = Seat(places[0]), Seats(places, 0)
    assert stopped.borrow()
    began = monotonic()

    with owner.own():
        assert monotonic() - began > LONGEST_WAIT_SECONDS
    stopped.give_back()
    assert Seat(places[0]).borrow(), "the door was left open, the seat free"


def _sit_for_ever(place, begun):
    Seat(place).take()
    begun.set()
    threading.Event().wait()
