"""Remember every secret a test sees, and look for it where it must never be.

Actors call `remember` with each code, token, secret, session id and password that passes through
their hands. When the test ends, what it left in the database and wrote to the logs is searched,
and the test fails when a remembered value stands there: the sum of these searches is a search
of the database after the whole suite.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

#: Shorter values occur by chance.
SHORTEST = 8
SHOWN = 6
#: How a signed token begins. Its first letters alone stand in random values, by chance.
TOKEN = re.compile(r"eyJ[\w-]+\.")

_seen: set[str] = set()


def remember(value: str) -> str:
    """Note a secret and return it, so that it can be noted where it is read."""
    if len(value) >= SHORTEST:
        _seen.add(value)
    return value


def forget_all() -> None:
    """Forget the secrets of the test before."""
    _seen.clear()


def search(places: Mapping[str, str]) -> list[str]:
    """Return a line for every remembered value that stands in one of the named texts."""
    return [
        f"{name} holds a secret: {value[:SHOWN]}… ({len(value)} characters)"
        for name, text in places.items()
        for value in _seen
        if value in text
    ]
