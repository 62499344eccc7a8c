"""Ways in: what somebody signs in with; the last one stays."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select

from app.database import db
from app.errors import Refused
from app.models import Password, User
from app.services.authorization import sessions
from app.services.people import locks, passkeys, second_steps, totp, upstream_identities


class LastWayIn(Refused):
    """Without it, its owner could not sign in any more, or not as the policy demands."""

    public = "Add another way to sign in first."


def has_password(user_id: int) -> bool:
    """Tell whether a user has a password."""
    return bool(db.session.scalar(select(exists().where(Password.user_id == user_id))))


def remove_identity(user: User, identity_id: int, *, session_id: int, address: str = "") -> None:
    """Take from a user who they are at another provider, and end every other session.

    Raises:
        LastWayIn: it is the last one; the caller rolls back.
        NotFound: the user has no such identity.
    """
    locks.hold(user)
    upstream_identities.remove(user, identity_id, address=address)
    if not has_any(user.id):
        raise LastWayIn
    sessions.kill_all(user, but=session_id)


def take_identity(user: User, identity_id: int, *, by: int, even_last: bool) -> None:
    """Take from a user who they are at another provider, as an administrator; they are told.

    Every session of the user ends: it may be somebody else who came from there.

    Raises:
        LastWayIn: it is the last one, and nobody said that it may be; the caller rolls back.
        NotFound: the user has no such identity.
    """
    locks.hold(user)
    upstream_identities.remove(user, identity_id, by=by)
    if not even_last and not has_any(user.id):
        raise LastWayIn
    sessions.kill_all(user, by=by)


def has_any(user_id: int, *, but: int | None = None) -> bool:
    """Tell whether a user can sign in at all, also without the identity `but`."""
    is_known = has_password(user_id) or passkeys.has_any(user_id)
    return is_known or upstream_identities.has_any(user_id, but=but)


def remove_since(user: User, moment: datetime, *, address: str = "") -> None:
    """Take away every way in that was added after a moment; the owner is told of each.

    For an account that somebody else may have been in since. The caller leaves the owner a way,
    and ends what is open.
    """
    passkeys.remove_since(user, moment, address=address)
    upstream_identities.remove_since(user, moment, address=address)
    second_steps.remove_since(user, moment, address=address)


def remove_passkey(user: User, passkey_id: int, *, session_id: int, address: str = "") -> None:
    """Take a passkey from a user, and end every other session: the device may be lost.

    With the last factor beside the password, the second step ends, too.

    Raises:
        LastWayIn: it is the last one; the caller rolls back.
        NotFound: the user has no such passkey.
    """
    locks.hold(user)
    passkeys.remove(user, passkeys.get(user.id, passkey_id), address=address)
    if passkeys.has_any(user.id):
        sessions.kill_all(user, but=session_id)
        return
    if not has_password(user.id) and not upstream_identities.has_any(user.id):
        raise LastWayIn
    if not user.has_second_step or totp.has_one(user.id):
        sessions.kill_all(user, but=session_id)
        return
    if second_steps.is_demanded_of(user.id, user):
        raise LastWayIn
    second_steps.turn_off(user, session_id=session_id, address=address)
