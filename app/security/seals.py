"""Links of a chain of records: digests of their parts, each bound to the link before it.

What is about people goes into the chain as a salted digest alone. Without its salt nobody can
find out by trying what it stands for, so that a record can be forgotten and its link still holds.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from app.security import secrets

#: What the first link follows.
START = "sealwax audit chain, first link"


def part(salt: str, *values: Any) -> str:
    """Return the digest of some values that belong together."""
    return secrets.digest(_written([salt, *values]))


def link(before: str, *values: Any) -> str:
    """Return the hash of a link: of its values, and of the link before it."""
    return secrets.digest(_written([before, *values]))


def sign(key: str, *values: Any) -> str:
    """Sign values with a key that the database does not hold."""
    return secrets.keyed_digest(key, _written(["sealwax audit", *values]))


def is_signed(keys: tuple[str, ...], signature: str, *values: Any) -> bool:
    """Tell whether one of the keys has signed these values."""
    return any([secrets.same(sign(key, *values), signature) for key in keys])  # noqa: C419 (try all)


class Running:
    """The digest of a text that is written piece by piece."""

    def __init__(self) -> None:
        self._sum = hashlib.sha256()

    def add(self, piece: str) -> str:
        """Take the next piece in, and return it."""
        self._sum.update(piece.encode())
        return piece

    @property
    def digest(self) -> str:
        """Return the digest of all pieces so far."""
        return self._sum.hexdigest()


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")


#: Writes values in the one way both databases and a file give back. Made once: a link takes three.
_written = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=_moment).encode
