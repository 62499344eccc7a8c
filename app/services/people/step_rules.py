"""What somebody owes who has passed a first step; facts in, verdict out.

The rule that keeps a password alone from being enough stands here, without database and request,
so that every combination can be walked through (security.md MF01).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum

from app.services.authorization import levels

#: Most people settle it with the first fact: the others are asked for when they matter.
Asked = Callable[[], bool]


class Owed(StrEnum):
    """What comes before there is a session."""

    NOTHING = "nothing"
    #: Something to pass a second step with has to be set up first.
    SET_UP = "set_up"
    SECOND_STEP = "second_step"


def owed(
    amr: Iterable[str],
    *,
    has_second_step: bool,
    is_demanded: Asked,
    has_passkey: Asked,
    is_spared: Asked,
) -> Owed:
    """Return what is owed after these methods.

    `is_demanded`: the policy wants a second step; `is_spared`: the browser is trusted, and nobody
    has asked for the step itself.
    """
    if levels.reaches(levels.of(amr), levels.MFA):  # a passkey is both steps in one
        return Owed.NOTHING
    if not has_second_step:
        if not is_demanded():
            return Owed.NOTHING
        # Whoever has a passkey need not set up anything else because the policy has changed.
        if not has_passkey():
            return Owed.SET_UP
    return Owed.NOTHING if is_spared() else Owed.SECOND_STEP
