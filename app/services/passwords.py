"""Passwords: which may be used, are they right, change them."""

from __future__ import annotations

from collections.abc import Iterable

from app.errors import InvalidInput
from app.security.passwords import LONGEST_BYTES, LONGEST_CHARACTERS, normalize
from app.settings import settings

FIELD = "password"


def check_allowed(password: str, *, context: Iterable[str] = ()) -> None:
    """Refuse a password that is too short, too long or easy to guess (NIST SP 800-63B-4 §3.1.1).

    `context` holds words that belong to the person, such as name and address.

    Raises:
        InvalidInput: says what to change.
    """
    plain = normalize(password)
    missing = settings.password_length - len(plain)
    if missing > 0:
        raise InvalidInput(FIELD, f"Use {missing} more characters. A few words work well.")
    if len(plain) > LONGEST_CHARACTERS or len(plain.encode()) > LONGEST_BYTES:
        raise InvalidInput(FIELD, f"Use {LONGEST_CHARACTERS} characters or fewer.")
    if "\0" in plain:
        raise InvalidInput(FIELD, "Use characters that a keyboard can type.")
    _refuse_guessable(plain, context)


def _refuse_guessable(plain: str, context: Iterable[str]) -> None:
    lowered = plain.casefold()
    if len(set(lowered)) < 5:
        raise InvalidInput(FIELD, "This repeats itself too much. Choose another.")
    for word in (part.casefold().strip() for part in (settings.service_name, *context)):
        if word and len(lowered.replace(word, "")) < settings.password_length // 2:
            raise InvalidInput(FIELD, "This is too close to a name of yours. Choose another.")
