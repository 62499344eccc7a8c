"""People who do not exist: accounts for trying applications out, made as such and never changed.

Nobody can sign in as one: there is no password, and mail to them goes nowhere (RFC 2606 §2). An
account that was ever a person's cannot become one, so an administrator cannot make a test person
of somebody to act in their name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from app.database import db
from app.errors import Refused
from app.models import User
from app.security import secrets
from app.services.people import accounts
from app.services.upkeep import audit
from app.services.upkeep.audit import Event

DOMAIN = "people.test.invalid"
MOST = 20
#: What a test person has beside the name, so that every scope has something to show.
CLAIMS: dict[str, Any] = {
    "nickname": "Test",
    "preferred_username": "test.person",
    "website": "https://example.org/",
    "gender": "unknown",
    "birthdate": "1990-01-31",
    "zoneinfo": "Europe/Paris",
    "locale": "en",
    "phone_number": "+15555550100",
    "address": {"street_address": "1 Test Street", "locality": "Testville", "country": "FR"},
}


class TooMany(Refused):
    """There are as many as anybody could need."""

    public = "There are 20 test people already. Use one of them, or delete one."


def make(name: str, *, by: int) -> User:
    """Make a test person.

    Raises:
        TooMany: there are enough of them.
    """
    count = select(func.count()).select_from(User).where(User.is_test)
    if (db.session.scalar(count) or 0) >= MOST:
        raise TooMany
    person = accounts.add_without_password(f"{secrets.new_id().lower()}@{DOMAIN}", name=name)
    person.is_test = True
    for claim, value in CLAIMS.items():
        setattr(person, claim, value)
    db.session.flush()
    audit.record(Event.USER_CREATED, actor_id=by, user_id=person.id, is_test=True)
    return person


def listed() -> Sequence[User]:
    """Return the test people, by name; those that are turned off are left out."""
    wanted = select(User).where(User.is_test, User.disabled_at.is_(None))
    return db.session.scalars(wanted.order_by(User.name, User.id).limit(MOST)).all()
