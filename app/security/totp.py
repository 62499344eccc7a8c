"""Codes of an authenticator app: RFC 6238 with SHA-1, 6 digits and 30 seconds, as apps expect."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime

import pyotp

from app.security import secrets

SECONDS = 30
DIGITS = 6
#: As long as the hash (RFC 4226 §4 R6).
SEED_BYTES = 20
#: Steps before and after the present one whose codes count: clocks differ (RFC 6238 §5.2).
DRIFT = 1


def seed_of(key: str, text: str) -> str:
    """Return the seed of 160 bits, in base 32, that belongs to a text under a secret key.

    Always the same one: it need not be kept while it waits for its app.
    """
    raw = hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()
    return base64.b32encode(raw[:SEED_BYTES]).decode()


def step_at(moment: datetime) -> int:
    """Return the number of the time step a moment lies in (RFC 6238 §4.2)."""
    return int(moment.timestamp()) // SECONDS


def code_at(seed: str, step: int) -> str:
    """Return the code of a time step: six digits."""
    return pyotp.TOTP(seed, digits=DIGITS, interval=SECONDS).generate_otp(step)


def matching_step(seed: str, code: str, moment: datetime) -> int | None:
    """Return the time step that a code belongs to, None when it is not right around now.

    Every candidate is compared, in constant time: the answer tells nothing about digits.
    """
    here = step_at(moment)
    steps = range(here - DRIFT, here + DRIFT + 1)
    fitting = [step for step in steps if secrets.same(code_at(seed, step), code)]
    return fitting[-1] if fitting else None


def uri(seed: str, *, account: str, issuer: str) -> str:
    """Return the address that a QR code holds, for the app to read."""
    return pyotp.TOTP(seed, digits=DIGITS, interval=SECONDS).provisioning_uri(
        name=account, issuer_name=issuer
    )
