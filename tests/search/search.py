"""Search: every world within so many steps, the nearest first."""

from __future__ import annotations

from collections.abc import Iterable

from tests.search.moves import moves
from tests.search.rules import Rules
from tests.search.world import World, is_bad


def after_steps(start: World, rules: Rules, steps: Iterable[str]) -> World:
    """Return the world that these steps lead to."""
    world = start
    for step in steps:
        world = dict(moves(world, rules))[step]
    return world


def find_bad(start: World, rules: Rules, *, depth: int) -> tuple[list[str] | None, int]:
    """Return the shortest way to a bad world or None, and how many worlds were seen."""
    if is_bad(start):
        return [], 1
    #: How each world was first reached: from which, and by which step.
    reached: dict[World, tuple[World, str] | None] = {start: None}
    edge = [start]
    for _ in range(depth):
        edge, before = [], edge
        for world in before:
            for name, after in moves(world, rules):
                if after in reached:
                    continue
                reached[after] = (world, name)
                if is_bad(after):
                    return _way_to(after, reached), len(reached)
                edge.append(after)
    return None, len(reached)


def _way_to(world: World, reached: dict[World, tuple[World, str] | None]) -> list[str]:
    steps = []
    while (step := reached[world]) is not None:
        world, name = step
        steps.append(name)
    return steps[::-1]
