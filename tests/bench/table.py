"""Table: both engines side by side, with the project's own targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.bench.load import Pace, Rate
from tests.bench.measures import MEASURES

TITLES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
SIGN_IN = "sign-in"
FIRST, CELL = 20, 10
GAP = "    "


@dataclass
class Column:
    """What was measured on one engine; memory is resident and own, in MiB."""

    engine: str
    idle_mib: tuple[float, float]
    loaded_mib: tuple[float, float] = (0.0, 0.0)
    rates: dict[str, Rate] = field(default_factory=dict)
    #: Passwords a second with nothing else to do, just before and after the sign-ins.
    hashes: float = 0.0


def table(columns: Sequence[Column], pace: Pace, workers: int) -> str:
    """Return the table as text."""
    titles = "".join(f"{GAP}{TITLES[column.engine]:^{CELL * 4}}" for column in columns)
    heads = "".join(f"{head:>{CELL}}" for head in ("rate/s", "p50 ms", "p99 ms", "CPU ms"))
    how = (
        f"{workers} workers, {pace.connections} connections, {pace.seconds} s each "
        f"after {pace.warm_seconds} s; targets hold for SQLite, two workers and two free processors"
    )
    lines = [
        how,
        "",
        f"{'':{FIRST}}{'target':>{CELL}}{titles}",
        f"{'':{FIRST}}{'':{CELL}}{(GAP + heads) * len(columns)}",
    ]
    for measure in MEASURES:
        if any(measure.name in column.rates for column in columns):
            cells = "".join(GAP + _cells(column.rates.get(measure.name)) for column in columns)
            unit = "%" if measure.name == SIGN_IN else ""
            lines.append(f"{measure.name:{FIRST}}{f'{measure.target:,}{unit}':>{CELL}}{cells}")
    return "\n".join([*lines, "", *_passwords(columns), *_memory(columns), *_refused(columns)])


def _cells(rate: Rate | None) -> str:
    if rate is None or rate.faults:
        return f"{'refused' if rate else '-':>{CELL}}{'':{CELL * 3}}"
    figures = (
        f"{rate.per_second:,.0f}",
        f"{rate.p50_ms:.1f}",
        f"{rate.p99_ms:.1f}",
        f"{rate.cpu_ms:.2f}",
    )
    return "".join(f"{figure:>{CELL}}" for figure in figures)


def _passwords(columns: Sequence[Column]) -> list[str]:
    lines = []
    for column in columns:
        rate = column.rates.get(SIGN_IN)
        if rate and not rate.faults:
            share = 100 * rate.per_second / column.hashes
            lines.append(
                f"Sign-ins on {TITLES[column.engine]}: {share:.0f} % of what Argon2id alone "
                f"allows, {column.hashes:.1f} passwords a second with a process for each worker"
            )
    return lines


def _memory(columns: Sequence[Column]) -> list[str]:
    return [
        f"Memory on {TITLES[column.engine]}, all processes: {column.idle_mib[0]:.0f} MiB RSS idle, "
        f"{column.loaded_mib[0]:.0f} MiB after load (PSS {column.idle_mib[1]:.0f}, "
        f"{column.loaded_mib[1]:.0f})"
        for column in columns
    ]


def _refused(columns: Sequence[Column]) -> list[str]:
    return [f"Refused: {line}" for line in failures(columns)]


def failures(columns: Sequence[Column]) -> list[str]:
    """Return a line for each rate that does not count, with the reason."""
    return [
        f"{TITLES[column.engine]} {name}: {rate.faults}"
        for column in columns
        for name, rate in column.rates.items()
        if rate.faults
    ]


def as_document(columns: Sequence[Column]) -> dict[str, Any]:
    """Return everything measured, for a file."""
    return {"engines": [asdict(column) for column in columns]}
