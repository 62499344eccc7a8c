"""Codes that are mailed and typed over: how they are kept, tried, and known to be right.

The row of what a code proves keeps it, in the columns `code_digest`, `tries`, `mailed_at` and
`expires_at`: one code at a time, the last one mailed. Using it up is the one statement of who
keeps the row.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table

from app.clock import now
from app.errors import Refused
from app.models import EmailClaim, MailboxProof, SignUp
from app.security import secrets
from app.services.people import code_tries
from app.settings import settings

LIFETIME = timedelta(minutes=30)
MINUTES = int(LIFETIME.total_seconds() // 60)
#: Each mail has a new code, with tries of its own (security.md RV06).
BETWEEN_MAILS = timedelta(minutes=1)


class CodeRefused(Refused):
    """The code, or the link beside it, is not the one that was mailed last, or works no more."""

    public = "That code isn't right or has expired."


def digest(about: str, code: str) -> str:
    """Return what is kept of a code: 34 bits could be guessed from a plain digest.

    `about` says what the code proves, and to whom: it is right for nothing else.
    """
    plain = secrets.plain_code(code)
    return secrets.keyed_digest(settings.secret_keys[0], f"{about} {plain}")


def mailed_now(code_digest: str | None) -> dict[str, Any]:
    """Return the columns of a row whose code is mailed now; None where no code will work."""
    moment = now()
    return {
        "code_digest": code_digest,
        "tries": 0,
        "mailed_at": moment,
        "expires_at": moment + LIFETIME,
    }


def may_be_mailed(table: Table) -> ColumnElement[bool]:
    """Return the condition under which a row may have another code: the last is a minute old."""
    return table.c.mailed_at <= now() - BETWEEN_MAILS


def pause(mailed_at: datetime) -> timedelta:
    """Return how long it is until the next mail may go out; none or less when it may now."""
    return mailed_at + BETWEEN_MAILS - now()


def count_try(table: Table, is_row: ColumnElement[bool]) -> None:
    """Count a try at the code; the caller commits it, whatever comes of the try.

    Raises:
        CodeRefused: there were five already, or the row is gone.
    """
    if not code_tries.count(table, is_row):
        raise CodeRefused


def is_proved_by(
    row: EmailClaim | MailboxProof | SignUp, about: str, code: str
) -> ColumnElement[bool]:
    """Return what the statement that uses a right code up must ask for: it is still the same.

    Raises:
        CodeRefused: it is not the code that was mailed.
    """
    typed = digest(about, code)
    if not secrets.same(row.code_digest or "", typed):
        raise CodeRefused
    return row.__table__.c.code_digest == typed
