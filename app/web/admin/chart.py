"""Bars over days, prepared for the template: places, heights, and words for the table beside."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import format_date, format_decimal

from app.services.upkeep.figures import Figures

HEIGHT, STEP, GAP = 200, 34, 5
#: Where the scale may end, times a power of ten; a small one still has a middle.
ROUND = (1, 2, 5, 10)
SMALLEST = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """One day: what went well stands below, what was refused on top of it."""

    day: str
    short: str
    good: str
    bad: str
    x: int
    good_y: float
    good_height: float
    bad_y: float
    bad_height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """All days, and the scale beside them."""

    bars: list[Bar]
    scale: list[str]
    width: int
    height: int = HEIGHT
    bar_width: int = STEP - 2 * GAP


def of(lately: Figures, good: str, bad: str) -> Chart:
    """Return the chart of two groups of events."""
    goods, bads = lately.times[good], lately.times[bad]
    top = _top(max(one + other for one, other in zip(goods, bads, strict=True)))
    bars = [
        _bar(number, day, times, top)
        for number, (day, *times) in enumerate(zip(lately.days, goods, bads, strict=True))
    ]
    scale = [format_decimal(mark) for mark in (top, top // 2, 0)]
    return Chart(bars, scale, len(bars) * STEP)


def _top(most: int) -> int:
    """Return the next round number."""
    power: int = 10 ** (len(str(most)) - 1)
    above: int = next(step * power for step in ROUND if step * power >= most)
    return max(SMALLEST, above)


def _bar(number: int, day: object, times: list[int], top: int) -> Bar:
    good, bad = (round(count / top * HEIGHT, 1) for count in times)
    return Bar(
        day=format_date(day, "full", rebase=False),
        short=format_date(day, "d MMM", rebase=False),
        good=format_decimal(times[0]),
        bad=format_decimal(times[1]),
        x=number * STEP + GAP,
        good_y=round(HEIGHT - good, 1),
        good_height=good,
        bad_y=round(HEIGHT - good - bad, 1),
        bad_height=bad,
    )
