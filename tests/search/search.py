"""Search: every world within so many steps, the nearest first."""

from __future__ import annotations

from collections import deque
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
    seen = {start}
    waiting = deque([(start, ())])
    while waiting:
        world, way = waiting.popleft()
        if is_bad(world):
            return list(way), len(seen)
        if len(way) == depth:
            continue
        for name, after in moves(world, rules):
            if after not in seen:
                seen.add(after)
                waiting.append((after, (*way, name)))
    return None, len(seen)
