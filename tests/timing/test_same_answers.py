"""Nobody learns from an answer, or from its time, whether there is an account."""

from __future__ import annotations

from datetime import timedelta
from time import thread_time

import pytest

from tests.timing.asked import ASKED, SETTINGS, forget_tries, normal, people, send
from tests.timing.samples import chance, differ

ROUNDS = 12
#: Processor time, not time on the wall: others use this machine too (LG01 asks for 2 ms).
BOUND_SECONDS = 0.002

pytestmark = pytest.mark.usefixtures("_real_hashes")


@pytest.fixture
def addresses(db):
    assert db.engine, "a context of the application is open"
    return people()


@pytest.mark.parametrize("page", ASKED)
def test_answer_is_the_same_for_every_address(make_app, addresses, page, clock):
    """security.md RV01, LG01: byte for byte, and in every header."""
    app, answers = make_app(**SETTINGS.get(page, {})), {}
    for kind, email in addresses.items():
        browser, form = ASKED[page](app, email)
        clock.move(minutes=2)
        answers[kind] = normal(send(browser, form), email)
        clock.time -= timedelta(minutes=2)
        forget_tries()

    assert {kind for kind, told in answers.items() if told != answers["unknown"]} == set()


@pytest.mark.one_engine
@pytest.mark.parametrize("page", ASKED)
def test_answer_takes_the_same_time_for_every_address(make_app, addresses, page, clock, thorough):
    """security.md RV01, LG01: samples in turns, compared by median and by rank."""
    app = make_app(**SETTINGS.get(page, {}))
    samples = {kind: [] for kind in addresses}
    for _ in range(ROUNDS * thorough + 1):
        for kind, email in addresses.items():
            browser, form = ASKED[page](app, email)
            clock.move(minutes=2)
            forget_tries()
            started = thread_time()
            send(browser, form)
            samples[kind].append(thread_time() - started)
    warm = {kind: taken[1:] for kind, taken in samples.items()}

    told = {
        kind: differ(taken, warm["unknown"], bound=BOUND_SECONDS) for kind, taken in warm.items()
    }
    assert not {kind: words for kind, words in told.items() if words}


def test_judge_tells_two_kinds_apart():
    quick, slow = [0.010 + n / 1e5 for n in range(30)], [0.014 + n / 1e5 for n in range(30)]

    assert differ(slow, quick, bound=0.002)
    assert not differ(quick, quick, bound=0.002)
    assert chance(quick, quick) == 1
    assert chance(quick, slow) < 1e-9
