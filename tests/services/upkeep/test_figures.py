"""Figures of days: counted when rows are sealed, quick however many rows there are."""

from __future__ import annotations

from datetime import timedelta

from app.jobs import audit as job
from app.services.upkeep import audit, figures
from app.services.upkeep.audit import Event

GROUPS = ("sign_ins", "refused")


def happen(db, event, times):
    """Let something happen, and be counted."""
    for _ in range(times):
        audit.record(event)
    db.session.commit()
    job.seal()


def test_days_are_counted_for_themselves(db, clock):
    happen(db, Event.SIGNED_IN, 2)
    clock.move(days=1)
    happen(db, Event.SIGNED_IN, 3)
    happen(db, Event.SECOND_STEP_REFUSED, 1)

    lately = figures.lately(GROUPS)

    assert lately.days[-1] == clock().date()
    assert len(lately.days) == 28
    assert lately.times["sign_ins"][-3:] == (0, 2, 3)
    assert lately.times["refused"][-3:] == (0, 0, 1)


def test_weeks_are_whole_and_today_is_by_itself(db, clock):
    """A day that is not over yet would look like a fall."""
    for count in (5, 7):
        happen(db, Event.SIGNED_IN, count)
        clock.move(days=7)
    happen(db, Event.SIGNED_IN, 1)

    lately = figures.lately(GROUPS)

    assert (lately.week_before("sign_ins"), lately.last_week("sign_ins")) == (5, 7)
    assert lately.today("sign_ins") == 1


def test_figures_are_one_statement(db, statements):
    with statements() as seen:
        figures.lately(GROUPS)

    assert seen.count == 1, seen


def test_burst_is_counted_up_to_a_thousand(db, monkeypatch):
    monkeypatch.setattr(figures, "COUNTED_UP_TO", 4)
    for _ in range(6):
        audit.record(Event.SIGN_IN_REFUSED)
    db.session.commit()

    assert figures.count_since("refused", timedelta(hours=1)) == 4
    assert figures.count_since("replays", timedelta(hours=1)) == 0


def test_jobs_that_do_not_run_are_noticed(db, clock):
    audit.record(Event.SIGNED_IN)
    db.session.commit()
    assert not figures.are_late()

    clock.move(minutes=11)
    assert figures.are_late()

    job.seal()
    assert not figures.are_late()
