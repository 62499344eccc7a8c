"""Remember every secret the tests see, and look for them where they must never be.

Actors call `remember` with each code, token, secret, session id and password that passes through
their hands. Before a database is emptied, `search_database` reads every table as text and fails
the test when a remembered value stands in it. Log lines are searched the same way.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Engine, MetaData, select
from sqlalchemy.engine import Row

SHORTEST = 8
#: Columns that may hold what a person typed or must be mailed to them, until it is sent.
EXEMPT = {("mail", "text"), ("mail", "html"), ("mail", "subject")}

_seen: set[str] = set()


def remember(value: str) -> str:
    """Note a secret and return it, so that it can be noted where it is read."""
    if len(value) >= SHORTEST:
        _seen.add(value)
    return value


def count() -> int:
    """Return how many secrets were seen in this process."""
    return len(_seen)


def forget_all() -> None:
    """Forget the secrets of the test before."""
    _seen.clear()


def found_in(text: str) -> list[str]:
    """Return the remembered values that occur in the text, shortened for a report."""
    if not _seen:
        return []
    return [f"{value[:6]}… ({len(value)} characters)" for value in _seen if value in text]


def search_database(engine: Engine, metadata: MetaData) -> list[str]:
    """Return a line for every remembered value that stands in a table."""
    if not _seen:
        return []
    faults = []
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            kept = [column for column in table.columns if (table.name, column.name) not in EXEMPT]
            text = _as_text(connection.execute(select(*kept)))
            faults += [f"table {table.name} holds {value}" for value in found_in(text)]
    return faults


def _as_text(rows: Iterable[Row[tuple[object, ...]]]) -> str:
    return "\n".join("\t".join(map(str, row)) for row in rows)
