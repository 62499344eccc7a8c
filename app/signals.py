"""Signals: a worker hears that it should end once it is able to.

Granian notes a signal that comes while a worker starts and forgets it; it would then wait for the
worker as long as running requests may take.
"""

from __future__ import annotations

import signal

ENDING = (signal.SIGTERM, signal.SIGINT)


def hold() -> None:
    """Keep those that come from now on until `heed`; said before there is a second thread."""
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)


def heed() -> None:
    """Take the ones that were kept, and all that come."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
