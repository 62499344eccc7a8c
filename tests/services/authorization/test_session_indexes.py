"""What a sign-in asks about the sessions of its user is answered by indexes alone.

Their rows lie far apart: a person with a hundred sessions would wait for a hundred pages.
"""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from app.database import is_sqlite
from app.services.authorization import lifetimes, sessions


def plan(db, statement):
    """Return how the database finds the answer."""
    if is_sqlite():
        sql = statement.compile(db.engine, compile_kwargs={"literal_binds": True})
        rows = db.session.execute(text(f"EXPLAIN QUERY PLAN {sql}"))
        return "\n".join(row.detail for row in rows)
    for way in ("seqscan", "bitmapscan"):  # what a small table is read by
        db.session.execute(text(f"SET LOCAL enable_{way} = off"))
    asked = statement.compile(db.engine)
    rows = db.session.connection().exec_driver_sql(f"EXPLAIN {asked}", asked.params)
    return "\n".join(row[0] for row in rows)


@pytest.mark.parametrize(
    ("asked", "values", "index"),
    [
        (lifetimes.number_living(1), lifetimes.bounds, "ix_session_open"),
        (sessions.is_known_to(1), lambda: {"browser": "x"}, "ix_session_user_id_browser"),
    ],
)
def test_no_row_of_a_session_is_read(db, asked, values, index):
    scan = "COVERING INDEX" if is_sqlite() else "Index Only Scan using"
    assert f"{scan} {index}" in plan(db, select(asked).params(**values()))
