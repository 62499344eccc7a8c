"""Argon2id: hash, verify, and how many at once."""

from __future__ import annotations

import os
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's first choice where memory is shared; argon2-cffi's own default makes 7 a second.
HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
# What is compared when there is no account: the same work, the same time (ASVS 6.3.8).
NOBODY = HASHER.hash("nobody has this password")
LONGEST_CHARACTERS = 256
LONGEST_BYTES = 1024
WAIT_SECONDS = 1.0


class TooManyHashes(Exception):
    """More passwords are waiting to be checked than this process can check in time."""


# Hashing takes a core for 20 ms: a flood of sign-ins must queue here, not starve /token. Clients
# are not dealt evenly to the workers, so one worker may have to use every core.
_seats = threading.BoundedSemaphore(os.cpu_count() or 2)


def normalize(password: str) -> str:
    """Return the password as it is hashed: NFC, so every keyboard types the same one."""
    return unicodedata.normalize("NFC", password)


def hash_password(password: str) -> str:
    """Return the encoded Argon2id hash, with its salt and parameters.

    Raises:
        TooManyHashes: no seat became free within a second.
    """
    with _seat():
        return HASHER.hash(normalize(password))


def verify_password(stored: str | None, password: str) -> bool:
    """Tell whether the password fits; without a stored hash the same work is done in vain.

    Raises:
        TooManyHashes: no seat became free within a second.
    """
    with _seat():
        try:
            fits = HASHER.verify(stored or NOBODY, normalize(password))
        except (VerificationError, InvalidHashError):
            return False
        return fits and stored is not None


def needs_rehash(stored: str) -> bool:
    """Tell whether the hash was made with weaker parameters than today's."""
    return HASHER.check_needs_rehash(stored)


@contextmanager
def _seat() -> Iterator[None]:
    if not _seats.acquire(timeout=WAIT_SECONDS):
        raise TooManyHashes
    try:
        yield
    finally:
        _seats.release()
