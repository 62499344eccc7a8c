"""The lives of keys as lines of time: where everything stands, ready to be drawn.

It is worked out here and not in the template: a page from right to left has its past on the right,
and a mirrored picture would have mirrored letters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

WIDTH, GUTTER, EDGE = 760.0, 92.0, 28.0
#: Heights: of the head with "Now", of a row, of its bar, and of the foot with the dates.
HEAD, ROW, BAR, FOOT = 26.0, 38.0, 20.0, 26.0
MOST_DATES = 5
SHORT = 8


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of a life; `planned` is what has not happened yet."""

    kind: str
    x: float
    width: float
    planned: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One key."""

    name: str
    state: str
    y: float
    bars: tuple[Bar, ...]
    #: Where it was published, began to sign, and was removed: `(kind, x)`.
    moments: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything there is to draw, in units of the picture."""

    height: float
    rows: tuple[Row, ...]
    dates: tuple[tuple[float, datetime], ...]
    now: float
    #: Where the names of the keys begin, and how they are anchored there.
    names_at: float
    anchor: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Span:
    """What a chart covers."""

    start: datetime
    now: datetime
    end: datetime

    def share(self, at: datetime) -> float:
        """Return where a moment lies, from 0 to 1; what is outside lies at the edge."""
        whole = (self.end - self.start).total_seconds()
        return min(max((at - self.start).total_seconds() / whole, 0.0), 1.0)


class _Scale:
    """From moments to places on the picture, in the direction the page is read."""

    def __init__(self, span: Span, *, mirrored: bool) -> None:
        self._span = span
        self._mirrored = mirrored

    def x(self, at: datetime) -> float:
        place = GUTTER + self._span.share(at) * (WIDTH - GUTTER - EDGE)
        return round(WIDTH - place if self._mirrored else place, 1)

    def bar(self, kind: str, start: datetime, end: datetime, *, planned: bool) -> Bar | None:
        if start >= end:
            return None
        one, other = sorted((self.x(start), self.x(end)))
        return Bar(kind, one, round(other - one, 1), planned) if other - one >= 1 else None

    def shows(self, at: datetime | None) -> bool:
        return at is not None and self._span.start < at < self._span.end


def draw(keys: Sequence[dict[str, Any]], span: Span, *, mirrored: bool = False) -> Chart:
    """Return the chart of the keys of one algorithm, as web/admin/keys.py tells of them."""
    scale = _Scale(span, mirrored=mirrored)
    rows = tuple(_row(key, HEAD + place * ROW, span, scale) for place, key in enumerate(keys))
    step = (span.end - span.start) / MOST_DATES
    middles = [span.start + step * (place + 0.5) for place in range(MOST_DATES)]
    return Chart(
        height=HEAD + len(keys) * ROW + FOOT,
        rows=rows,
        dates=tuple((scale.x(at), at) for at in middles),
        now=scale.x(span.now),
        names_at=WIDTH if mirrored else 0,
        anchor="end" if mirrored else "start",
        start=scale.x(span.start),
        end=scale.x(span.end),
    )


def _row(key: dict[str, Any], y: float, span: Span, scale: _Scale) -> Row:
    bars: list[Bar] = []
    for kind, start, end in _stretches(key, span):
        done = scale.bar(kind, start, min(end, span.now), planned=False)
        ahead = scale.bar(kind, max(start, span.now), end, planned=True)
        bars += [bar for bar in (done, ahead) if bar is not None]
    moments = (
        ("published", key["created_at"]),
        ("signing", key["signs_at"]),
        ("gone", key["gone_at"]),
    )
    shown = tuple((kind, scale.x(at)) for kind, at in moments if at and scale.shows(at))
    return Row(key["kid"][:SHORT], key["state"], y, tuple(bars), shown)


def _stretches(key: dict[str, Any], span: Span) -> list[tuple[str, datetime, datetime]]:
    """Return what a key is for, from when to when; a life that was cut short ends there."""
    over = key["gone_at"] or span.end
    signs = min(key["signs_at"] or over, over)
    retires = min(key["retires_at"] or over, over)
    stretches = [("published", key["created_at"], signs)]
    if key["signs_at"]:
        stretches += [("signing", signs, retires), ("verifying", retires, over)]
    return [(kind, start, end) for kind, start, end in stretches if start < end]


def span_of(created: Sequence[datetime], now: datetime, *, turn: timedelta) -> Span:
    """Return what the charts of a page cover: one rotation back at most, and one ahead."""
    earliest = min(created, default=now)
    start = min(max(earliest, now - turn), now - timedelta(days=7))
    return Span(start - turn * 0.02, now, now + turn)
