"""Cores: the processors we may run on, and staying on one of them."""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
import threading
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


#: The number of sched_setattr(2), which most C libraries have no name for yet; None: not known.
SCHED_SETATTR = {
    ("linux", "x86_64", "64bit"): 314,
    ("linux", "aarch64", "64bit"): 274,
}.get((sys.platform, platform.machine(), platform.architecture()[0]))
#: Its argument: size, policy, flags, niceness, priority, runtime, deadline, period.
ATTRIBUTES = struct.Struct("=IIQiIQQQ")
KEEP_POLICY = 0x08

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


def take_long_turns(milliseconds: int) -> None:
    """Ask that the calling thread keeps a core so long beside its equals, 100 ms at most.

    By default two threads that compute change places every three milliseconds, and each finds its
    caches emptied by the other. What is less nice has shorter turns, and still goes before it.
    Linux heeds this since 6.12 (Documentation/scheduler/sched-eevdf.rst).
    """
    if SCHED_SETATTR is None:
        return
    niceness = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    nanoseconds = milliseconds * 1_000_000
    wish = ATTRIBUTES.pack(ATTRIBUTES.size, 0, KEEP_POLICY, niceness, 0, nanoseconds, 0, 0)
    with suppress(OSError):
        ctypes.CDLL(None).syscall(SCHED_SETATTR, 0, wish, 0)
