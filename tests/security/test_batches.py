"""Batches: everybody gets what came of their own work, and nobody waits longer than they said."""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from app import cores, seats
from app.seats import Seat, Seats
from app.security.batches import (
    LAST,
    MILLISECONDS_IN_A_ROW,
    MOST_AT_ONCE,
    ONE_GIVES_WAY,
    TWO_GIVE_WAY,
    Batches,
    Overworked,
)
from tests.stalls import occupied

LONG = 30.0
with_seats = pytest.mark.skipif(not seats.make(1), reason="there are no files in memory there")


def noted_turns():
    """Return how long the calling thread may stay on its core, in nanoseconds, if that is told."""
    if cores.SCHED_SETATTR is None:
        return 0
    found = ctypes.create_string_buffer(cores.ATTRIBUTES.size)
    sched_getattr = cores.SCHED_SETATTR + 1
    ctypes.CDLL(None).syscall(sched_getattr, 0, found, len(found), 0)
    return cores.ATTRIBUTES.unpack(found.raw)[5]


def test_everybody_gets_the_result_of_their_own_work():
    batches = Batches(2)
    with ThreadPoolExecutor(20) as people:
        asked = [people.submit(batches.do, lambda n=n: n * n, patience=LONG) for n in range(40)]

    assert [one.result() for one in asked] == [n * n for n in range(40)]


def test_what_waits_is_done_in_a_row_before_anybody_goes_on():
    batches, order = Batches(1), []

    def ask(number):
        batches.do(lambda: order.append(f"done {number}"), patience=LONG)
        order.append(f"on {number}")

    with ThreadPoolExecutor(3) as people, occupied(batches) as waiting:
        for number in range(3):
            people.submit(ask, number)
        waiting(3)

    assert [line.split()[0] for line in order] == ["done"] * 3 + ["on"] * 3


def test_a_batch_is_no_longer_than_the_threads_of_people():
    batches, order = Batches(1), []
    with ThreadPoolExecutor(MOST_AT_ONCE + 1) as people, occupied(batches) as waiting:
        for _ in range(MOST_AT_ONCE + 1):
            people.submit(batches.do, lambda: order.append(batches.waiting), patience=LONG)
        waiting(MOST_AT_ONCE + 1)

    assert order == [1] * MOST_AT_ONCE + [0]


def test_second_thread_helps_while_the_first_one_works():
    batches = Batches(2)
    with occupied(batches):
        assert batches.do(lambda: "helped", patience=LONG) == "helped"


def test_everybody_helps_where_no_seats_are_counted():
    batches, met = Batches(4), threading.Barrier(3)
    with ThreadPoolExecutor(3) as people, occupied(batches):
        asked = [people.submit(batches.do, lambda: met.wait(LONG), patience=LONG) for _ in "abc"]

        assert sorted(one.result(LONG) for one in asked) == [0, 1, 2]


@with_seats
def test_second_thread_helps_only_where_a_seat_is_free():
    batches, places = Batches(2), seats.make(2)
    batches.seats, taken, order = Seats(places, 0), Seat(places[1]), []
    assert taken.borrow()

    with ThreadPoolExecutor(2) as people, occupied(batches) as waiting:
        people.submit(batches.do, lambda: order.append("first"), patience=LONG)
        waiting(1)
        assert not order, "somebody helped without a seat"
        taken.give_back()
        people.submit(batches.do, lambda: order.append("second"), patience=LONG).result(LONG)

        assert order[0] == "first"


def test_burst_of_work_is_shared_by_all():
    """Nobody is at work yet when it comes."""
    batches, met = Batches(4), threading.Barrier(4)
    with ThreadPoolExecutor(4) as people:
        asked = [people.submit(batches.do, lambda: met.wait(LONG), patience=LONG) for _ in "abcd"]

        assert sorted(one.result(LONG) for one in asked) == [0, 1, 2, 3]


@with_seats
def test_batch_waits_for_the_seat_of_its_process():
    batches, places = Batches(1), seats.make(1)
    batches.seats, taken = Seats(places, 0), Seat(places[0])
    assert taken.borrow()

    with pytest.raises(Overworked):
        batches.do(lambda: None, patience=0.05)
    taken.give_back()

    assert batches.do(lambda: "done", patience=LONG) == "done"


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no niceness of their own there")
@pytest.mark.parametrize(
    ("places", "much"),
    [((), TWO_GIVE_WAY), pytest.param(seats.make(1), ONE_GIVES_WAY, marks=with_seats)],
)
def test_everything_else_goes_first(places, much):
    def niceness():
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before, batches = niceness(), Batches(1)
    batches.seats = Seats(places)

    assert batches.do(niceness, patience=LONG) == min(before + much, LAST)
    assert niceness() == before


@pytest.mark.skipif(not noted_turns(), reason="the kernel tells of no turns there")
def test_hashing_keeps_its_core_for_two_hashes():
    batches = Batches(1)

    assert batches.do(noted_turns, patience=LONG) == MILLISECONDS_IN_A_ROW * 1_000_000


@pytest.mark.skipif(not cores.CAN_STAY, reason="nothing can be kept on a core there")
def test_worker_that_stays_on_its_core_hashes_on_any():
    def place():
        return os.sched_getaffinity(threading.get_native_id())

    def hash_in_a_worker():
        cores.stay_on(cores.AT_FIRST[0])  # a thread that the test starts: no other one stays
        return place(), Batches(1).do(place, patience=LONG)

    with ThreadPoolExecutor(1) as workers:
        assert workers.submit(hash_in_a_worker).result() == (
            {cores.AT_FIRST[0]},
            set(cores.AT_FIRST),
        )


def test_who_waited_too_long_is_told_and_their_work_is_never_done():
    batches, done = Batches(1), []
    with occupied(batches), pytest.raises(Overworked):
        batches.do(lambda: done.append("late"), patience=0.01)
    batches.do(lambda: done.append("next"), patience=LONG)

    assert done == ["next"]


def test_work_that_has_begun_is_waited_for():
    begun, go = threading.Event(), threading.Event()

    def work():
        begun.set()
        go.wait(LONG)
        return "done"

    with ThreadPoolExecutor(1) as people:
        asked = people.submit(Batches(1).do, work, patience=0.01)
        begun.wait(LONG)
        assert not asked.done()
        go.set()

    assert asked.result() == "done"


def test_error_of_one_is_theirs_alone():
    batches = Batches(1)
    with ThreadPoolExecutor(2) as people, occupied(batches) as waiting:
        wrong = people.submit(batches.do, lambda: 1 / 0, patience=LONG)
        right = people.submit(batches.do, lambda: "fine", patience=LONG)
        waiting(2)

    with pytest.raises(ZeroDivisionError):
        wrong.result()
    assert right.result() == "fine"
