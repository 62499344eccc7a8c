"""Cores: the processors we may run on, and staying on one of them."""

from __future__ import annotations

import os
from contextlib import suppress

#: Linux and some others; elsewhere nobody can say where a process runs.
CAN_STAY = hasattr(os, "sched_setaffinity")


def usable() -> tuple[int, ...]:
    """Return the numbers of the processors that this process may use, in order.

    In a container they may be fewer than the machine has.
    """
    if CAN_STAY:
        return tuple(sorted(os.sched_getaffinity(0)))
    return tuple(range(os.cpu_count() or 1))


#: Those this process came up with: it may stay on one of them later.
AT_FIRST = usable()


def one_each(processes: int) -> tuple[int, ...]:
    """Return a core for each of so many processes, none where there are more or fewer cores.

    With fewer cores somebody would have to share one, with more some would lie idle: there the
    kernel, which sees what else is running, deals better.
    """
    cores = usable()
    return cores if CAN_STAY and len(cores) == processes else ()


def stay_on(core: int) -> None:
    """Keep this process, and the threads it is going to start, on one core."""
    with suppress(OSError):  # a sandbox may forbid it, or the core has just been taken away
        os.sched_setaffinity(0, {core})


def roam() -> None:
    """Let the calling thread run wherever its process might at first, though that stays."""
    if CAN_STAY:
        with suppress(OSError):
            os.sched_setaffinity(0, AT_FIRST)
