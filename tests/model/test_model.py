"""Whatever people do, in whatever order: nobody gets in without every step, nothing lies."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.hunts import BUGS, DEEPER_BUGS
from tests.model.machine import Machine, hunting

EXAMPLES = 30
MOST_ROUNDS = 4
MOST_TO_FIND_A_BUG = 150
#: What a run has to have come to, so that silence means something.
GOALS = {
    "session by password",
    "session by code",
    "session by passkey",
    "session by identity",
    "linked",
    "to be deleted",
    "token at mfa",
}
#: What a long one has to have come to as well.
RARER_GOALS = {
    "second step set up",
    "primary changed",
    "switched",
    "invited",
    "way back used",
    "kept",
    "deleted",
    "passkey removed",
}

pytestmark = pytest.mark.one_engine


def _run(machine, *, examples, **changes):
    quiet = settings(
        max_examples=examples,
        stateful_step_count=25,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    run_state_machine_as_test(machine, settings=settings(quiet, **changes))


def test_sessions_and_tokens_say_what_happened(made_of, reached, thorough):
    """security.md LG04, MF01, MF12, MF13, SE04, AZ05, AZ06, AZ08; OIDC Core §2, §3.1.2.1."""
    is_short = thorough == 1
    goals = GOALS if is_short else GOALS | RARER_GOALS

    for _ in range(1 if is_short else MOST_ROUNDS):  # what is rare may not come in one round
        _run(made_of(Machine), examples=EXAMPLES * thorough, derandomize=is_short)
        if set(+reached) >= goals:
            break

    assert set(+reached) >= goals, reached


def test_planted_bug_is_found(bug, made_of, monkeypatch, thorough):
    """The model can fail: each bug is hunted with the few rules that lead to it (hunts.py)."""
    plant, names, start = (BUGS | DEEPER_BUGS)[bug]
    plant(monkeypatch)

    with pytest.raises(AssertionError):
        _run(
            made_of(hunting(*names, **start)),
            examples=MOST_TO_FIND_A_BUG * thorough,
            phases=[Phase.generate],
        )
