"""Every state of every template: which template, under which address, with which context."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.gallery import login_states, error_states

Context = dict[str, Any]


@dataclass(frozen=True, slots=True)
class State:
    """One page of the gallery; `build` makes its context inside a request."""

    path: str
    template: str
    build: Callable[[], Context]


def _collect() -> tuple[State, ...]:
    rooms = (login_states.STATES, error_states.STATES)
    return tuple(
        State(f"{template.removesuffix('.html')}/{name}", template, build)
        for room in rooms
        for template, name, build in room
    )


STATES = _collect()
BY_PATH = {state.path: state for state in STATES}
