"""The addresses of a user: list them, take one off, look one up.

The user's row holds a copy of the primary one. That is where every hot path reads it, without
a second table; only the acts of this module, `address_changes` and `accounts` write both.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import case, delete, select, update

from app.clock import now
from app.database import db
from app.errors import NotFound, Refused
from app.models import PasswordReset, User, UserEmail
from app.services.people import locks
from app.services.upkeep import audit
from app.services.upkeep.audit import Event

ADDRESSES = UserEmail.__table__
RESETS = PasswordReset.__table__
#: How long the mailed way back to an old primary address works.
WAY_BACK = timedelta(days=7)
MOST = 10


class PrimaryStays(Refused):
    """The primary address cannot be taken off."""

    public = "This is your primary address. Make another one primary first."


def of_user(user: User) -> Sequence[UserEmail]:
    """Return the addresses on the account, the primary one first."""
    wanted = (
        select(UserEmail)
        .where(UserEmail.user_id == user.id, UserEmail.removed_at.is_(None))
        .order_by(case((UserEmail.key == user.email_key, 0), else_=1), UserEmail.created_at)
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(wanted).all()


def get(user: User, key: str) -> UserEmail:
    """Return an address on the account.

    Raises:
        NotFound: it is not there.
    """
    found = next((one for one in of_user(user) if one.key == key), None)
    if found is None:
        raise NotFound("There is no such address on your account.")
    return found


def remove(user: User, key: str, *, address: str = "") -> None:
    """Take an address off the account; links for a new password that went to it are dead.

    Raises:
        NotFound: it is not there.
        PrimaryStays: it is the primary one.
    """
    locks.hold(user)
    found = get(user, key)
    if found.key == user.email_key:
        raise PrimaryStays
    take_off(user, [found])
    audit.record(Event.ADDRESS_REMOVED, actor_id=user.id, user_id=user.id, address=address)


def take_off(user: User, rows: Sequence[UserEmail]) -> None:
    """Take addresses off; one that a mailed way back leads to is kept for it (security.md RV07).

    Whoever promotes an address of theirs in a stolen session would otherwise remove the owner's,
    and it could not be put back.
    """
    moment = now()
    for row in rows:
        mine = ADDRESSES.c.key == row.key
        if row.reserved_until is not None and row.reserved_until > moment:
            db.session.execute(update(ADDRESSES).where(mine).values(removed_at=moment))
        else:
            db.session.execute(delete(ADDRESSES).where(mine))
    forget_resets(user)


def forget_resets(user: User) -> None:
    """Kill links for a new password: an address they may have gone to has changed (RV02)."""
    db.session.execute(delete(RESETS).where(RESETS.c.user_id == user.id))


def verify_by_hand(user: User, *, by: int | None, reason: str) -> None:
    """Believe an administrator, None for a command, that the primary address is the user's."""
    if _confirm(user):
        audit.record(Event.ADDRESS_VERIFIED, actor_id=by, user_id=user.id, reason=reason)


def confirm(user: User, *, address: str) -> None:
    """Note that the owner of the mailbox has typed the code, and the password before it."""
    if _confirm(user):
        audit.record(Event.ADDRESS_CONFIRMED, actor_id=user.id, user_id=user.id, address=address)


def _confirm(user: User) -> bool:
    """Let the primary address count as confirmed; tell whether it did not before.

    It is the one the caller has looked at: another request may have made another one primary.
    """
    key = user.email_key
    locks.hold(user)
    if user.email_verified or user.email_key != key:
        return False
    user.email_verified = True
    user.updated_at = now()
    db.session.flush()
    db.session.execute(
        update(ADDRESSES).where(ADDRESSES.c.key == user.email_key).values(verified_at=now())
    )
    return True
