"""What is looked for in the audit log is found by an index, however much there is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.clock import now
from app.services.upkeep import audit_search
from app.services.upkeep.audit_search import GROUPS, Cursor, Wanted
from tests.plans import plan
from tests.planting import plant

ROWS = 3000
PREFIX = "ix_audit_event_"


@pytest.fixture
def log(db):
    """Plant some thousand rows."""
    plant(ROWS)


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

    found = plan(audit_search.statement(wanted, before=before))

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
