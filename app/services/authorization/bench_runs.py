"""Sessions of the test bench: opened for one run and erased with everything issued from them.

The session's cookie is made up and thrown away, so no browser can ever hold one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, insert

from app.clock import now
from app.database import db
from app.errors import Refused
from app.models import Family, Session, User
from app.security import secrets
from app.services.authorization import levels, signed_in
from app.services.authorization.signed_in import SignedIn

SESSIONS, FAMILIES = Session.__table__, Family.__table__
#: A run that dies half-way leaves nothing that lives longer.
LONGEST_RUN = timedelta(minutes=2)


class SomebodyElse(Refused):
    """An administrator acts in nobody else's name."""

    public = "Run it as yourself, or as a test person."


def open(user: User, *, by: int, amr: Sequence[str]) -> SignedIn:  # noqa: A001 (as sessions.open)
    """Start the session of a run.

    No sign-in is recorded: nobody has signed in.

    Raises:
        SomebodyElse: it is neither the administrator's own account nor a test person's.
    """
    if user.id != by and not user.is_test:  # impersonation: ux.md 2.23
        raise SomebodyElse
    moment = now()
    values = {
        "digest": secrets.digest(secrets.new_token("se")),
        "sid": secrets.new_id(),
        "user_id": user.id,
        "epoch": user.epoch,
        "auth_time": moment.replace(microsecond=0),
        "acr": levels.of(amr),
        "amr": list(amr),
        "created_at": moment,
        "seen_at": moment,
        "expires_at": moment + LONGEST_RUN,
        "address": "",
        "user_agent": "",
        "is_kept": False,
    }
    inserted = db.session.execute(insert(SESSIONS).returning(SESSIONS.c.id), values)
    return signed_in.just_opened(inserted.scalar_one(), user, values)


def erase(session_id: int) -> None:
    """Delete the session of a run, and with its authorizations every token issued from them."""
    db.session.execute(delete(FAMILIES).where(FAMILIES.c.session_id == session_id))
    db.session.execute(delete(SESSIONS).where(SESSIONS.c.id == session_id))
