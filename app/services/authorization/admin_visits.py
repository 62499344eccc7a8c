"""How long ago somebody used the administration: after an hour it asks for the password again."""

from __future__ import annotations

from app.clock import now
from app.database import db
from app.services.authorization.sessions import SEEN, SEEN_STEP
from app.services.authorization.signed_in import SignedIn
from app.settings import settings


def note(person: SignedIn) -> bool:
    """Note that an administration page is used; tell whether the last use is recent enough.

    Otherwise somebody else may have sat down at the machine: the password is asked for again.
    """
    moment = now()
    last = max(person.auth_time, person.admin_seen_at or person.auth_time)
    if last + settings.admin_idle <= moment:
        return False
    if last + SEEN_STEP <= moment:
        db.session.execute(SEEN, {"session_id": person.session_id, "admin_seen_at": moment})
    return True
