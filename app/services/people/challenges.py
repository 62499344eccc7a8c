"""Challenges of passkey ceremonies: recognised without being kept, and good once.

A page may be opened a thousand times and leaves nothing behind: a challenge carries its own seal,
made for one browser, one purpose and a time. Only one that was answered is written down.
"""

from __future__ import annotations

from datetime import timedelta

from app.clock import now
from app.errors import Refused
from app.security import secrets
from app.services.upkeep import once
from app.services.upkeep.once import SentAlready
from app.settings import settings

PURPOSE = "challenge"
#: As long as a sign-in page may stay open before the person comes back to it.
LIFETIME = timedelta(hours=1)


class ChallengeStale(Refused):
    """It was made too long ago, used before, or made for something else."""

    public = "This page was open for a long time. Try again."


def new(purpose: str, *, browser: str) -> bytes:
    """Make a challenge of 128 random bits for one purpose in one browser."""
    nonce, expires = secrets.new_id(), int((now() + LIFETIME).timestamp())
    key = settings.secret_keys[0]
    return f"{nonce}.{expires}.{_seal(key, purpose, browser, f'{nonce}.{expires}')}".encode()


def check(challenge: bytes, purpose: str, *, browser: str) -> None:
    """Recognise a challenge of ours.

    Raises:
        ChallengeStale: it is over, or none that was made for this purpose in this browser.
    """
    content, _, seal = challenge.decode("ascii", "replace").rpartition(".")
    expires = content.rpartition(".")[2]
    sealed = [_seal(key, purpose, browser, content) for key in settings.secret_keys]
    if not any(secrets.same(seal, ours) for ours in sealed):
        raise ChallengeStale
    if int(expires) <= now().timestamp():
        raise ChallengeStale


def spend(challenge: bytes) -> None:
    """Use a challenge up, in the transaction of what it is for.

    Of any number of requests at once, one comes out of here.

    Raises:
        ChallengeStale: another request was first.
    """
    try:
        once.spend(secrets.digest(challenge.hex()), purpose=PURPOSE, kept=LIFETIME * 2)
    except SentAlready:
        raise ChallengeStale from None


def _seal(key: str, purpose: str, browser: str, content: str) -> str:
    return secrets.keyed_digest(key, f"challenge {purpose} {secrets.digest(browser)} {content}")
