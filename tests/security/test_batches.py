"""Batches: everybody gets what came of their own work, and nobody waits longer than they said."""

from __future__ import annotations

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from app import cores
from app.security.batches import GIVES_WAY, LAST, MOST_AT_ONCE, Batches, Overworked
from tests.stalls import occupied

LONG = 30.0


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


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no niceness of their own there")
def test_everything_else_goes_first():
    def niceness():
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before = niceness()

    assert Batches(1).do(niceness, patience=LONG) == min(before + GIVES_WAY, LAST)
    assert niceness() == before


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
