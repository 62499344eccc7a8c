"""Locks: changes of what one user signs in with, and is reached by, come one after the other."""

from __future__ import annotations

from sqlalchemy import update

from app.database import db, rows_changed
from app.errors import NotFound
from app.models import User

USERS = User.__table__


def hold(user: User) -> User:
    """Let others wait who change this user; return the user as they are now.

    A write that changes nothing: on PostgreSQL it takes the row, on SQLite the whole database.
    The user's row comes first, what hangs on it after it: two who take them in different orders
    would wait for each other.

    Raises:
        NotFound: the account is gone.
    """
    if not rows_changed(update(USERS).where(USERS.c.id == user.id).values(epoch=USERS.c.epoch)):
        raise NotFound("This account is gone.")
    db.session.refresh(user)
    return user
