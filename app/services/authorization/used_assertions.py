"""Client assertions that were used: each is accepted once, by whichever process is first."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from app.database import at_once, end_reads
from app.models import UsedAssertion
from app.security import secrets

USED = UsedAssertion.__table__


def use(client_id: str, jti: str, *, until: datetime) -> bool:
    """Note an assertion as used until it is over; tell whether this was the first use.

    Known to all processes when this returns, and after a crash: who answers, has noted.
    """
    end_reads()
    row = {"digest": secrets.digest(f"{client_id} {jti}"), "expires_at": until}
    try:
        with at_once() as connection:
            connection.execute(insert(USED), row)
    except IntegrityError:
        return False
    return True
