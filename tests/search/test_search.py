"""Everything that people can do, in every order: nobody gets into another's account."""

from __future__ import annotations

from dataclasses import fields

import pytest

from tests.search.bugs import BUGS, FIRST_STEPS, SHOWS_FROM
from tests.search.rules import HONEST, Rules
from tests.search.search import after_steps, find_bad
from tests.search.world import STARTS

DEPTH = 8
#: The longest way to what a broken rule lets happen.
DEPTH_OF_BUGS = 9
#: So that silence means something.
FEWEST_WORLDS = 4_000


@pytest.mark.parametrize("start", STARTS)
def test_no_way_leads_into_another_persons_account(start):
    """security.md RV02, RV05, RV07, RV08, MF01, PW06: sign-up, recovery, linking, invitation."""
    way, worlds = find_bad(STARTS[start], HONEST, depth=DEPTH)

    assert way is None, " → ".join(way)
    assert worlds > FEWEST_WORLDS


@pytest.mark.parametrize("bug", BUGS)
def test_every_rule_is_needed(bug):
    """The search can fail: without any one of its rules there is a way in."""
    rules, steps = BUGS[bug], FIRST_STEPS.get(bug, ())
    start = after_steps(STARTS[SHOWS_FROM[bug]], rules, steps)

    way, _ = find_bad(start, rules, depth=DEPTH_OF_BUGS - len(steps))

    assert way


def test_every_rule_is_broken_once():
    assert {field.name for field in fields(Rules)} == set(BUGS)
