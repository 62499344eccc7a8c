"""Plant audit rows by the hundred thousand, in one statement: what a busy year leaves behind."""

from __future__ import annotations

from sqlalchemy import func, insert, select, text

from app.clock import now
from app.database import db, is_sqlite
from app.models import AuditChain, AuditEvent, DailyFigure
from app.security import seals

EVENTS, CHAIN, FIGURES = AuditEvent.__table__, AuditChain.__table__, DailyFigure.__table__
#: Of a hundred rows: mostly sign-ins, some refused, now and then an administrator.
WHAT = """CASE WHEN i % 100 < 70 THEN 'session.started' WHEN i % 100 < 90 THEN 'session.ended'
  WHEN i % 100 < 97 THEN 'session.refused' WHEN i % 100 < 99 THEN 'consent.given'
  WHEN i % 5000 = 99 THEN 'client.changed' ELSE 'user.signed_up' END"""
WHO = "NULL, i % 5000 + 1000, CASE WHEN i % 3 = 0 THEN 'client-' || (i % 50) ELSE '' END"
FROM_WHERE = "'192.0.2.' || (i % 250), CASE WHEN i % 4 = 0 THEN 'R' || (i % 10000) ELSE '' END"
INTO = (
    "INSERT INTO audit_event (at, event, actor_id, user_id, client_id, address, reference, details)"
)
SQLITE = f"""WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :rows - 1)
{INTO} SELECT strftime('%Y-%m-%d %H:%M:%f000', :latest, '-' || (i * :step) || ' seconds'),
{WHAT}, {WHO}, {FROM_WHERE}, '{{}}' FROM n"""  # noqa: S608 (our own words)
POSTGRES = f"""{INTO} SELECT CAST(:latest AS timestamptz) - i * :step * interval '1 second',
{WHAT}, {WHO}, {FROM_WHERE}, CAST('{{}}' AS json) FROM generate_series(0, :rows - 1) AS n(i)"""  # noqa: S608 (the same)
SECONDS = 28 * 86400


def plant(rows: int) -> None:
    """Plant so many rows over the last 28 days, counted, and behind the horizon of the chain."""
    moment = str(now().replace(microsecond=0, tzinfo=None))
    values = {"rows": rows, "latest": moment, "step": SECONDS / rows}
    if is_sqlite():
        db.session.execute(text(SQLITE), values)
    else:
        db.session.execute(text("SET LOCAL statement_timeout = 0"))
        db.session.execute(text(POSTGRES), {**values, "latest": f"{moment}+00"})
    day = func.date(EVENTS.c.at)
    counted = select(day, EVENTS.c.event, func.count()).group_by(day, EVENTS.c.event)
    db.session.execute(insert(FIGURES).from_select(["day", "event", "times"], counted))
    last = db.session.scalar(select(func.max(EVENTS.c.id)))
    state = {"id": 1, "turn": 0, "position": 0, "hash": seals.START, "event_id": last,
             "following": last, "horizon": last, "moved_at": now(), "sealed_at": now(),
             "signature": ""}  # fmt: skip
    db.session.execute(insert(CHAIN), state)
    db.session.commit()
    if not is_sqlite():  # its own helper is off in the tests
        db.session.execute(text("ANALYZE audit_event"))
        db.session.commit()


def weed() -> None:
    """Remove every audit row: a test that is cleaned up row by row would take a minute."""
    db.session.rollback()
    db.session.execute(text("DELETE FROM audit_event" if is_sqlite() else "TRUNCATE audit_event"))
    db.session.commit()
