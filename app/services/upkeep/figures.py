"""How often things happen: figures of days, counted when the audit log is sealed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from app.clock import now
from app.database import db
from app.models import AuditEvent, DailyFigure
from app.services.upkeep import audit_chain
from app.services.upkeep.audit_chain import CHAIN, SEALS
from app.services.upkeep.audit_search import GROUPS

EVENTS, FIGURES = AuditEvent.__table__, DailyFigure.__table__
DAYS = 28
WEEK = 7
#: Nobody needs to know exactly how many more there were.
COUNTED_UP_TO = 1000
#: The job seals every few seconds; a row that waits for so long waits for nobody.
JOBS_ARE_LATE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Figures:
    """How often the events of each group happened, day by day; the last day is today (UTC)."""

    days: tuple[date, ...]
    times: dict[str, tuple[int, ...]]

    def last_week(self, group: str) -> int:
        """Return how often it happened in the seven whole days before today."""
        return sum(self.times[group][-WEEK - 1 : -1])

    def week_before(self, group: str) -> int:
        """Return how often it happened in the seven days before those."""
        return sum(self.times[group][-2 * WEEK - 1 : -WEEK - 1])

    def today(self, group: str) -> int:
        """Return how often it has happened today."""
        return self.times[group][-1]


def lately(groups: Collection[str]) -> Figures:
    """Return the figures of these groups of events for the last four weeks; one statement."""
    today = now().date()
    days = tuple(today - timedelta(days=back) for back in range(DAYS - 1, -1, -1))
    rows = db.session.execute(
        select(FIGURES.c.day, FIGURES.c.event, FIGURES.c.times).where(FIGURES.c.day >= days[0])
    ).all()
    found = {(row.day, row.event): row.times for row in rows}
    return Figures(
        days,
        {
            group: tuple(sum(found.get((day, event), 0) for event in GROUPS[group]) for day in days)
            for group in groups
        },
    )


def count_since(group: str, ago: timedelta) -> int:
    """Return how often the events of a group happened lately, up to a thousand: by the index."""
    some = (
        select(EVENTS.c.id)
        .where(
            EVENTS.c.event.in_(sorted(event.value for event in GROUPS[group])),
            EVENTS.c.at > now() - ago,
        )
        .limit(COUNTED_UP_TO)
    )
    return db.session.scalar(select(func.count()).select_from(some.subquery())) or 0


def are_late() -> bool:
    """Tell whether rows have waited for their seal so long that no job can be running."""
    horizon = select(CHAIN.c.horizon).where(CHAIN.c.id == audit_chain.ONLY).scalar_subquery()
    oldest = (
        select(EVENTS.c.at)
        .outerjoin(SEALS, SEALS.c.event_id == EVENTS.c.id)
        .where(EVENTS.c.id > func.coalesce(horizon, 0), SEALS.c.position.is_(None))
        .order_by(EVENTS.c.id)
        .limit(1)
    )
    written_at = db.session.scalar(oldest)
    return written_at is not None and written_at < now() - JOBS_ARE_LATE
