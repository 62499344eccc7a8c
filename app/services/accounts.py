"""Accounts: make, find, change, turn off."""

from __future__ import annotations

import unicodedata

from sqlalchemy import select

from app.clock import now
from app.database import db
from app.errors import Conflict
from app.models import Password, User
from app.security import passwords as hashing
from app.security import secrets
from app.services import audit, passwords, sessions
from app.services.audit import Event


class AddressTaken(Conflict):
    """Somebody has an account with this address."""

    public = "There is an account with this email address already."


def key_of(email: str) -> str:
    """Return an address as it is compared: one account for every spelling (CVE-2025-24806)."""
    return unicodedata.normalize("NFKC", email).strip().casefold()


def find_by_email(email: str) -> User | None:
    """Return the account with this address, however it is spelled."""
    return db.session.scalar(select(User).where(User.email_key == key_of(email)))


def create(
    email: str,
    *,
    password: str,
    name: str | None = None,
    is_admin: bool = False,
    email_verified: bool = False,
    by: int | None = None,
) -> User:
    """Make an account.

    Raises:
        InvalidInput: the password may not be used.
        AddressTaken: there is one with this address.
    """
    passwords.check_allowed(password, context=(email, name or ""))
    if find_by_email(email) is not None:
        raise AddressTaken
    user = User(
        subject=secrets.new_id(),
        email=email.strip(),
        email_key=key_of(email),
        email_verified=email_verified,
        name=name or None,
        is_admin=is_admin,
    )
    db.session.add(user)
    db.session.flush()
    db.session.add(Password(user_id=user.id, hash=hashing.hash_password(password)))
    db.session.flush()
    audit.record(Event.USER_CREATED, actor_id=by, user_id=user.id)
    return user


def sign_out_everywhere(user: User, *, by: int | None = None) -> None:
    """End every session of a user and kill everything issued to applications."""
    user.epoch += 1
    sessions.end_all(user, by=by)


def turn_off(user: User, *, by: int | None = None) -> None:
    """Let a user no longer sign in; sessions and tokens are dead at once."""
    user.disabled_at = user.disabled_at or now()
    sign_out_everywhere(user, by=by)
    audit.record(Event.USER_TURNED_OFF, actor_id=by, user_id=user.id)


def turn_on(user: User, *, by: int | None = None) -> None:
    """Let a user sign in again."""
    user.disabled_at = None
    db.session.flush()
    audit.record(Event.USER_TURNED_ON, actor_id=by, user_id=user.id)
