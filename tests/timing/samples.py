"""Samples: how long things take, taken in turns, and whether two kinds can be told apart."""

from __future__ import annotations

from math import erfc, sqrt
from statistics import median


def differ(one, other, *, bound):
    """Return how two samples differ, in words; empty when nobody could tell them apart.

    They may differ by less than `bound` seconds in the median, or by chance (Mann-Whitney).
    """
    apart = median(one) - median(other)
    if abs(apart) <= bound or chance(one, other) > 0.001:
        return ""
    return f"{apart * 1000:+.2f} ms of {median(other) * 1000:.2f} ms"


def chance(one, other):
    """Return the probability of ranks so far apart if both came from one source (two-sided)."""
    n, m = len(one), len(other)
    wins = sum((a > b) + (a == b) / 2 for a in one for b in other)
    spread = sqrt(n * m * (n + m + 1) / 12)
    return erfc(abs(wins - n * m / 2) / spread / sqrt(2))
