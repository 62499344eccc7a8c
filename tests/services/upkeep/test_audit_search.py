"""What is looked for in the audit log is found by an index, however much there is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.clock import now
from app.database import is_sqlite
from app.services.upkeep import audit_search
from app.services.upkeep.audit_search import GROUPS, Cursor, Wanted
from tests.planting import plant

ROWS = 3000
PREFIX = "ix_audit_event_"


@pytest.fixture
def log(db):
    """Plant some thousand rows."""
    plant(ROWS)


def plan(db, wanted, before=None):
    """Return how the database finds the rows."""
    statement = audit_search.statement(wanted, before=before)
    literal = {"literal_binds": True}
    sql = str(statement.compile(db.engine, compile_kwargs=literal))
    if is_sqlite():
        return "\n".join(
            str(tuple(row)) for row in db.session.execute(text(f"EXPLAIN QUERY PLAN {sql}"))
        )
    db.session.execute(text("SET LOCAL enable_seqscan = off"))
    return "\n".join(
        row[0] for row in db.session.execute(text(f"EXPLAIN {sql.replace(':', chr(92) + ':')}"))
    )


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (Wanted(), "at"),
        (Wanted(events=frozenset({"client.changed"})), "event_at"),
        (Wanted(events=frozenset({"user.erased", "key.made"})), "event_at"),
        (Wanted(actor_id=5), "actor_id_at"),
        (Wanted(user_id=1005), "user_id_at"),
        (Wanted(client_id="client-3"), "client_id_at"),
        (Wanted(reference="R4"), "reference"),
        (Wanted(address="192.0.2.4"), "address_at"),
    ],
    ids=["all", "event", "events", "actor", "user", "client", "reference", "address"],
)
@pytest.mark.parametrize("goes_on", [False, True])
def test_every_search_has_its_index(db, log, wanted, index, goes_on):
    """ux.md 2.16: quick with a million rows."""
    before = Cursor(now() - timedelta(days=1), 10) if goes_on else None

    found = plan(db, wanted, before)

    assert f"{PREFIX}{index}" in found, found
    assert "SCAN audit_event" not in found.replace("SCAN audit_event USING INDEX", ""), found
    assert "Seq Scan" not in found, found


def test_rows_of_several_events_come_in_one_order(db, log):
    several = frozenset(event.value for event in GROUPS["administrators"] | GROUPS["accounts"])
    expected = [row.id for row in audit_search.latest(Wanted(), most=ROWS) if row.event in several]

    found, before = [], None
    while rows := audit_search.latest(Wanted(events=several), before=before, most=7):
        found += [row.id for row in rows]
        before = Cursor(rows[-1].at, rows[-1].id)

    assert found == expected
    assert len(found) > 20
