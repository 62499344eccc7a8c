"""How long ago somebody used the administration, or signed in: then it asks who they are."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.clock import now
from app.database import db
from app.services.authorization.sessions import SEEN
from app.services.authorization.signed_in import SignedIn
from app.settings import settings

#: A visit is written down this often at most; a quarter of an hour is too short for more.
STEP = timedelta(minutes=1)


def last(person: SignedIn) -> datetime:
    """Return when somebody used the administration last, or signed in."""
    return max(person.auth_time, person.admin_seen_at or person.auth_time)


def note(person: SignedIn) -> bool:
    """Note that an administration page is used; tell whether the last use is recent enough.

    Otherwise somebody else may have sat down at the machine: the password is asked for again.
    """
    moment, used_at = now(), last(person)
    if (
        used_at + settings.admin_idle <= moment
        or person.auth_time + settings.admin_lifetime <= moment
    ):
        return False
    if used_at + STEP <= moment:
        db.session.execute(SEEN, {"session_id": person.session_id, "admin_seen_at": moment})
    return True
