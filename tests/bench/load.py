"""Load: drive the server with wrk and read what it reports."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile

from tests.bench.machine import Meter

SCRIPTS = Path(__file__).parent / "lua"
MILLISECONDS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}


@dataclass(frozen=True)
class Pace:
    """How long and how hard to measure."""

    seconds: int = 10
    warm_seconds: int = 3
    connections: int = 32


@dataclass(frozen=True)
class Rate:
    """What was measured: operations and latencies; none of it counts when `faults` are named."""

    per_second: float = 0.0
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    cores: float = 0.0
    faults: str = ""

    @property
    def cpu_ms(self) -> float:
        """Return the processor time the server spends on one operation."""
        return 1000 * self.cores / self.per_second if self.per_second else 0.0


@dataclass(frozen=True)
class Load:
    """One script of wrk with what it sends."""

    script: str
    url: str
    words: Mapping[str, str] = field(default_factory=dict)
    #: Lines for the warm-up and lines for the measurement; the same when nothing is used up.
    lines: tuple[Iterable[str], Iterable[str]] = ((), ())
    connections: int | None = None

    def drive(self, pace: Pace, meter: Meter) -> Rate:
        """Warm up, measure, and give the rate, or the reason why there is none."""
        warm_lines, lines = self.lines
        if pace.warm_seconds:
            warmed = self._wrk(pace.warm_seconds, pace, warm_lines)
            if faults := _faults(warmed):
                return Rate(faults=faults)
        with meter.running() as used:
            report = self._wrk(pace.seconds, pace, lines)
        if faults := _faults(report):
            return Rate(faults=faults)
        good, seconds = _counted(report)
        p50, p99 = (_latency(report, percentile) for percentile in (50, 99))
        return Rate(good / seconds, p50, p99, used.cores)

    def _wrk(self, seconds: int, pace: Pace, lines: Iterable[str]) -> str:
        with NamedTemporaryFile("w", prefix="sealwax-bench-", suffix=".txt") as file:
            file.writelines(f"{line}\n" for line in lines)
            file.flush()
            words = {f"W_{name}": text for name, text in self.words.items()}
            words |= {"W_FOLDER": str(SCRIPTS), "W_LINES": file.name}
            connections = self.connections or pace.connections
            done = subprocess.run(  # noqa: S603 (our own command, no shell)
                ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout=30s",  # noqa: S607 (the distribution's)
                 "-s", str(SCRIPTS / self.script), self.url],
                env={**os.environ, **words},  # noqa: TID251 (for a process of its own)
                capture_output=True, text=True, check=False,
            )  # fmt: skip
        return done.stdout + done.stderr


def _faults(report: str) -> str:
    """Return why the report does not count: bad answers, broken connections, or nothing at all."""
    found = re.search(r"GOOD (\d+) BAD (\d+) SECONDS [\d.]+ FIRST (.*)", report)
    if found is None:
        return f"wrk did not finish: {report[-300:]}"
    broken = re.search(r"Socket errors: (.*)", report)
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", report)
    if int(found[2]) or refused:
        first = found[3] or "not looked at"
        return f"{found[2]} bad answers of {int(found[1]) + int(found[2])}, the first: {first}"
    if broken:
        return f"broken connections: {broken[1]}"
    return "" if int(found[1]) else "no answer at all"


def _counted(report: str) -> tuple[int, float]:
    found = re.search(r"GOOD (\d+) BAD \d+ SECONDS ([\d.]+)", report)
    assert found is not None, report
    return int(found[1]), float(found[2])


def _latency(report: str, percentile: int) -> float:
    found = re.search(rf"(?m)^\s+{percentile}%\s+([\d.]+)(us|ms|s|m)\s*$", report)
    return float(found[1]) * MILLISECONDS[found[2]] if found else 0.0
