"""Authenticator apps: set one up, check its codes, take it away. A code counts once.

Whoever has the password and patience may guess for years, an hour between two codes: after so many
wrong ones in a row the app is locked, until its owner proves in another way who they are.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime

from sqlalchemy import and_, delete, insert, update
from sqlalchemy.exc import IntegrityError

from app.clock import now
from app.database import db, rows_changed
from app.errors import Conflict, Refused
from app.models import Totp, User
from app.security import secrets
from app.security import totp as codes
from app.settings import settings

TOTPS = Totp.__table__
#: Wrong codes in a row that one app is good for (security.md MF03, NIST SP 800-63B §3.2.2).
MOST_WRONG = 100
#: The last of them are for browsers in which the owner has passed the second step before:
#: whoever guesses in another one must not lock the owner out of theirs (security.md RL01).
KEPT_BACK = 10


class CodeWrong(Refused):
    """It is not the code the app shows around now."""

    public = "That code isn't right. Codes change every 30 seconds; check your phone's clock."


class CodeUsed(Refused):
    """It is right, but was used before, or a later one was."""

    public = "That code was already used. Wait for the next one."


class AppLocked(Refused):
    """Too many codes in a row were wrong; no other one is looked at."""

    public = "Too many codes were wrong: the authenticator app is locked."


class SetUpAlready(Conflict):
    """The user has an authenticator app: another tab was faster."""

    public = "An authenticator app is set up already."


def has_one(user_id: int) -> bool:
    """Tell whether a user has set up an authenticator app."""
    return find(user_id) is not None


def find(user_id: int) -> Totp | None:
    """Return the authenticator app of a user, None when there is none."""
    return db.session.get(Totp, user_id)


def set_up(user: User, seed: str, code: str) -> None:
    """Keep the seed once a code shows that the app has it; that code is used up by it.

    Raises:
        CodeWrong: it shows nothing of the kind.
        SetUpAlready: the user has an app.
    """
    step = codes.matching_step(seed, plain(code), now())
    if step is None:
        raise CodeWrong
    sealed = secrets.encrypt(settings.encryption_keys[0], seed, context=_context(user.id))
    row = {"user_id": user.id, "sealed_seed": sealed, "last_step": step}
    try:
        with db.session.begin_nested():
            db.session.execute(insert(Totp), row)
    except IntegrityError:
        raise SetUpAlready from None


def count_try(user_id: int, *, known: bool) -> None:
    """Count a code before it is checked; the caller commits, whatever comes of it.

    `known`: the owner has passed the second step in this browser before.

    Raises:
        AppLocked: too many were wrong already; of any number at once, too (security.md MF03).
    """
    counted = rows_changed(
        update(TOTPS)
        .where(TOTPS.c.user_id == user_id, TOTPS.c.wrong_codes < _most(known=known))
        .values(wrong_codes=TOTPS.c.wrong_codes + 1)
    )
    if not counted:
        raise AppLocked


def is_locked(app: Totp, *, known: bool = False) -> bool:
    """Tell whether no code of an app counts any more, in a browser that is known or not."""
    return app.wrong_codes >= _most(known=known)


def _most(*, known: bool) -> int:
    return MOST_WRONG if known else MOST_WRONG - KEPT_BACK


def note_lock(user_id: int) -> bool:
    """Note that the app of a user is locked; tell whether it is, and nobody had noted it yet."""
    noted = rows_changed(
        update(TOTPS)
        .where(
            TOTPS.c.user_id == user_id,
            TOTPS.c.wrong_codes >= _most(known=False),
            TOTPS.c.locked_at.is_(None),
        )
        .values(locked_at=now())
    )
    return bool(noted)


def unlock(user_id: int) -> None:
    """Forget the wrong codes: the owner has proved in another way who they are."""
    db.session.execute(
        update(TOTPS)
        .where(TOTPS.c.user_id == user_id, TOTPS.c.wrong_codes > 0)
        .values(wrong_codes=0, locked_at=None)
    )


def spend(user_id: int, code: str) -> None:
    """Use a code up; of any number of requests at once, one comes out of here (MF02).

    Raises:
        CodeWrong: it is none of this user's app, around now.
        CodeUsed: it, or a later one, was used before.
    """
    row = find(user_id)
    if row is None:
        raise CodeWrong
    seed = secrets.decrypt(settings.encryption_keys, row.sealed_seed, context=_context(user_id))
    step = codes.matching_step(seed, plain(code), now())
    if step is None:
        raise CodeWrong
    used = rows_changed(
        update(TOTPS)
        .where(TOTPS.c.user_id == user_id, TOTPS.c.last_step < step)
        .values(last_step=step, used_at=now(), wrong_codes=0, locked_at=None)
    )
    if not used:
        raise CodeUsed


def remove_since(user_id: int, moment: datetime) -> bool:
    """Forget the seed of an app set up after a moment; tell whether it was."""
    mine = and_(TOTPS.c.user_id == user_id, TOTPS.c.created_at > moment)
    gone = rows_changed(delete(TOTPS).where(mine))
    return bool(gone)


def remove(user_id: int) -> None:
    """Forget the seed."""
    db.session.execute(delete(TOTPS).where(TOTPS.c.user_id == user_id))


def plain(typed: str) -> str:
    """Return a typed code as it is compared: apps show it in two groups, in any script's digits."""
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in typed if not sign.isspace())


def _context(user_id: int) -> str:
    return f"totp {user_id}"
