"""What a sign-in asks about the sessions of its user is answered by indexes alone.

Their rows lie far apart: a person with a hundred sessions would wait for a hundred pages.
"""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.database import is_sqlite
from app.services.authorization import lifetimes, sessions
from tests.plans import plan


@pytest.mark.parametrize(
    ("asked", "values", "index"),
    [
        (lifetimes.number_living(1), lifetimes.bounds, "ix_session_open"),
        (sessions.is_known_to(1), lambda: {"browser": "x"}, "ix_session_user_id_browser"),
    ],
)
def test_no_row_of_a_session_is_read(db, asked, values, index):
    scan = "COVERING INDEX" if is_sqlite() else "Index Only Scan using"
    found = plan(select(asked).params(**values()), avoided=("seqscan", "bitmapscan"))

    assert f"{scan} {index}" in found, found
