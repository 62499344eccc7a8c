"""Machine: the memory and processor time of a server, and how many passwords it can hash."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from app.security.passwords import HASHER

TICKS = os.sysconf("SC_CLK_TCK")
MEBIBYTE_KIB = 1024
PASSWORD = "correct horse battery staple"


@dataclass
class Used:
    """Processors in use on average while something ran."""

    cores: float = 0.0


@dataclass(frozen=True)
class Meter:
    """Looks at a process and all its children."""

    pid: int

    @contextmanager
    def running(self) -> Iterator[Used]:
        """Measure the processor time that passes inside the block."""
        used, started, before = Used(), perf_counter(), self._seconds()
        yield used
        used.cores = (self._seconds() - before) / (perf_counter() - started)

    def memory_mib(self) -> tuple[float, float]:
        """Return resident memory, and the share of it that is the server's own (RSS, PSS)."""
        rss = pss = 0.0
        for pid in self._family():
            for line in _read(f"/proc/{pid}/smaps_rollup").splitlines():
                name, _, amount = line.partition(":")
                rss += float(amount.split()[0]) if name == "Rss" else 0.0
                pss += float(amount.split()[0]) if name == "Pss" else 0.0
        return rss / MEBIBYTE_KIB, pss / MEBIBYTE_KIB

    def _seconds(self) -> float:
        fields = [_stat(pid) for pid in self._family()]
        return sum(int(each[11]) + int(each[12]) for each in fields if each) / TICKS

    def _family(self) -> list[int]:
        known = [self.pid]
        parents = {
            int(path.name): int(found[1])
            for path in Path("/proc").glob("[0-9]*")
            if (found := _stat(int(path.name)))
        }
        for pid in known:
            known += [child for child, parent in parents.items() if parent == pid]
        return known


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat from the state on; the command may hold spaces."""
    return _read(f"/proc/{pid}/stat").rpartition(")")[2].split()


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError:  # it has just ended
        return ""


def hashes_per_second(seconds: float, processes: int) -> float:
    """Return how many passwords all processes check in a second, with nothing else to do."""
    stored = HASHER.hash(PASSWORD)
    with ProcessPoolExecutor(processes) as pool:
        return sum(pool.map(_hash_for, [seconds] * processes, [stored] * processes))


def _hash_for(seconds: float, stored: str) -> float:
    started, done = perf_counter(), 0
    while (passed := perf_counter() - started) < seconds:
        HASHER.verify(stored, PASSWORD)
        done += 1
    return done / passed
