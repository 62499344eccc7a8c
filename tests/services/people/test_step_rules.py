"""What is owed after a first step, in every combination of the facts."""

from __future__ import annotations

from itertools import product

import pytest

from app.services.authorization import levels
from app.services.people.step_rules import Owed, owed

ONE_STEP = (("pwd",), ("fed",), ())
TWO_STEPS = (("pwd", "otp", "mfa"), levels.with_passkey((), is_synced=True))
FACTS = ("has_second_step", "is_demanded", "has_passkey", "is_spared")


def verdict(amr, has_second_step, *asked):
    named = dict(zip(FACTS[1:], asked, strict=True))
    return owed(
        amr,
        has_second_step=has_second_step,
        **{name: value.__bool__ for name, value in named.items()},
    )


@pytest.mark.parametrize("amr", TWO_STEPS)
def test_two_steps_are_enough(amr):
    found = {verdict(amr, *facts) for facts in product((True, False), repeat=4)}

    assert found == {Owed.NOTHING}


@pytest.mark.parametrize("amr", ONE_STEP)
@pytest.mark.parametrize("facts", list(product((True, False), repeat=4)))
def test_one_step_is_enough_where_nobody_wants_more(amr, facts):
    """security.md MF01, MF13."""
    has_second_step, is_demanded, has_passkey, is_spared = facts
    wanted = has_second_step or is_demanded
    can_pass = has_second_step or has_passkey

    found = verdict(amr, *facts)

    assert (found is Owed.SET_UP) == (wanted and not can_pass)
    assert (found is Owed.SECOND_STEP) == (wanted and can_pass and not is_spared)


def test_the_first_fact_settles_it_for_most():
    """Every other fact costs a query; sign-in asks for none that does not matter."""
    named = dict.fromkeys(FACTS[1:], pytest.fail)

    assert owed(TWO_STEPS[0], has_second_step=True, **named) is Owed.NOTHING
