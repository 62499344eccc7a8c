"""How long a body may be, and how long it may take; the gate and Flask ask the same table."""

from __future__ import annotations

from flask import Request

#: Bytes of a body; what is longer is cut off at the gate.
LONGEST_BODY = 65_536
#: Pages that take more: a picture, a table of people.
LONGER_BODIES = {
    "/account/picture": 5 * 1024 * 1024,
    "/admin/settings": 1024 * 1024,
    "/admin/users/import": 1024 * 1024,
}
SECONDS_FOR_BODY = 10
SECONDS_FOR_LONGER = 60


def longest(path: str) -> int:
    """Return how many bytes the body of a request to this path may have."""
    return LONGER_BODIES.get(path, LONGEST_BODY)


def seconds(path: str) -> int:
    """Return how long it may take to arrive."""
    return SECONDS_FOR_LONGER if path in LONGER_BODIES else SECONDS_FOR_BODY


class BoundedRequest(Request):
    """A request whose body is as long as its path may have it."""

    @property
    def max_content_length(self) -> int | None:
        """Return the limit in bytes, under the name Flask asks for it by."""
        return longest(self.path)

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        raise AttributeError(value)
