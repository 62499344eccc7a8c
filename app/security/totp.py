"""Codes of an authenticator app: RFC 6238 with SHA-1, 6 digits and 30 seconds, as apps expect."""

from __future__ import annotations

from datetime import datetime

import pyotp

from app.security import secrets

SECONDS = 30
DIGITS = 6
#: Base 32 letters of a seed: 160 bits, as long as the hash (RFC 4226 §4 R6).
SEED_LENGTH = 32
#: Steps before and after the present one whose codes count: clocks differ (RFC 6238 §5.2).
DRIFT = 1


def new_seed() -> str:
    """Make a seed of 160 random bits, in base 32."""
    return pyotp.random_base32(SEED_LENGTH)


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
