"""Short races: what `make race` proves in thousands of rounds, in twenty, at every run."""

from collections.abc import Iterator

import pytest

from tests.bench.seeds import Seeds, planted
from tests.races.rounds import (
    code_fault,
    polls_fault,
    race_codes,
    race_devices,
    race_polls,
    race_refresh,
    refresh_fault,
)
from tests.races.volleys import Outcome
from tests.servers import LiveServer

ROUNDS = 20
pytestmark = pytest.mark.race


@pytest.fixture
def seeds(live: LiveServer) -> Iterator[Seeds]:
    with planted(live, people=1) as made:
        yield made


def test_one_code_gives_one_set_of_tokens_to_eight_at_once(seeds):
    """RFC 6749 §4.1.2: a code is used once, whoever else holds it."""
    tally = race_codes(seeds, rounds=ROUNDS)

    assert not tally.faults, str(tally)
    assert tally.outcomes["200"] == ROUNDS, str(tally)


def test_one_refresh_token_has_one_successor_for_eight_at_once(seeds):
    """RFC 9700 §4.14.2: a family never forks; a retry is told what the first was told."""
    tally = race_refresh(seeds, rounds=ROUNDS)

    assert not tally.faults, str(tally)
    assert tally.outcomes["200"] >= ROUNDS, str(tally)


def test_one_device_code_gives_one_set_of_tokens_to_eight_at_once(seeds):
    """RFC 8628 §3.4, reliability.md R7: approved once, redeemed once."""
    tally = race_devices(seeds, rounds=ROUNDS)

    assert not tally.faults, str(tally)
    assert tally.outcomes["200"] == ROUNDS, str(tally)


def test_of_eight_polls_at_once_one_is_in_time(seeds):
    """RFC 8628 §3.5: how long a device waits is known to every worker."""
    tally = race_polls(seeds, rounds=ROUNDS)

    assert not tally.faults, str(tally)


def _told(status: int, **document: str) -> Outcome:
    return Outcome(status, document)


REFUSED = _told(400, error="invalid_grant")


@pytest.mark.parametrize(
    "outcomes",
    [
        [_told(200), _told(200), REFUSED],
        [REFUSED, REFUSED],
        [_told(200), _told(500)],
        [_told(200), _told(400, error="invalid_request")],
        [_told(200), _told(0, error="cut")],
    ],
)
def test_judge_of_codes_finds_what_is_wrong(outcomes):
    assert code_fault(outcomes)


@pytest.mark.parametrize(
    "outcomes",
    [
        [
            _told(200, refresh_token="a", access_token="x"),
            _told(200, refresh_token="b", access_token="x"),
        ],
        [
            _told(200, refresh_token="a", access_token="x"),
            _told(200, refresh_token="a", access_token="y"),
        ],
        [_told(200, refresh_token="a", access_token="x"), _told(503)],
        [REFUSED],
    ],
)
def test_judge_of_refresh_tokens_finds_what_is_wrong(outcomes):
    assert refresh_fault(outcomes)


@pytest.mark.parametrize("errors", [("authorization_pending",) * 2, ("slow_down",) * 2, ("",)])
def test_judge_of_polls_finds_what_is_wrong(errors):
    assert polls_fault([_told(400, error=error) for error in errors])
