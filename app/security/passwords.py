"""Argon2id: hash, verify, and how many at once."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app import cores
from app.seats import Place, Seats
from app.security.batches import Batches, Overworked

T = TypeVar("T")

# OWASP's first choice where memory is shared; argon2-cffi's own default makes 7 a second.
HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
# What is compared when there is no account: the same work, the same time (ASVS 6.3.8).
NOBODY = HASHER.hash("nobody has this password")
LONGEST_CHARACTERS = 256
LONGEST_BYTES = 1024
WAIT_SECONDS = 1.0


class TooManyHashes(Exception):
    """More passwords are waiting to be checked than this process can check in time."""


# Hashing takes a core for 20 ms: a flood of sign-ins must queue here, not starve /token.
_batches = Batches(len(cores.AT_FIRST))


def share_cores(processes: int) -> None:
    """Take this process's share of the cores; said before the first hash.

    Two threads at least where there are two cores: a worker to which more clients happen to be
    connected than to the others would else hash on one core while another has nothing to do. With
    many more, the batches were shorter, and each holds 20 MiB of memory for good.
    """
    number = len(cores.AT_FIRST)
    _batches.threads = min(number, max(2, number // processes))


def take_seat(own: int, places: Sequence[Place]) -> None:
    """Hash at a seat of this process's own among those of all; said before the first hash."""
    with suppress(OSError):  # a sandbox may hide them: then the kernel shares out the cores
        _batches.seats = Seats(places, own)


def normalize(password: str) -> str:
    """Return the password as it is hashed: NFC, so every keyboard types the same one."""
    return unicodedata.normalize("NFC", password)


def hash_password(password: str) -> str:
    """Return the encoded Argon2id hash, with its salt and parameters.

    Raises:
        TooManyHashes: it was not its turn within a second.
    """
    return _do(lambda: HASHER.hash(normalize(password)))


def verify_password(stored: str | None, password: str) -> bool:
    """Tell whether the password fits; without a stored hash the same work is done in vain.

    Raises:
        TooManyHashes: it was not its turn within a second.
    """
    return _do(lambda: _is_verified(stored or NOBODY, password)) and stored is not None


def _is_verified(stored: str, password: str) -> bool:
    try:
        return HASHER.verify(stored, normalize(password))
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(stored: str) -> bool:
    """Tell whether the hash was made with weaker parameters than today's."""
    return HASHER.check_needs_rehash(stored)


def _do(work: Callable[[], T]) -> T:
    try:
        return _batches.do(work, patience=WAIT_SECONDS)
    except Overworked:
        raise TooManyHashes from None
