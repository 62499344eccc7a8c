"""What may stand in the variable parts of our addresses."""

from __future__ import annotations

from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**31 - 1


class RowNumber(IntegerConverter):
    """The number of a row; one that no row can have is a page that does not exist.

    PostgreSQL would refuse to compare it, and the person would be told that we have broken.
    """

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=LARGEST)
