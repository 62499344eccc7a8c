"""What may stand in the variable parts of our addresses."""

from __future__ import annotations

from werkzeug.routing import IntegerConverter, Map

from app.database import LARGEST_ID


class RowNumber(IntegerConverter):
    """The number of a row; one that no row can have is a page that does not exist."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=LARGEST_ID)
