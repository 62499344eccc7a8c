"""Recovery codes: ten on paper, each good once, for when the phone is gone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, delete, func, insert, select

from app.database import db, rows_changed
from app.errors import Refused
from app.models import RecoveryCode
from app.security import secrets

CODES = RecoveryCode.__table__
HOW_MANY = 10
#: With no more than these it is time for new ones (ux.md 2.5).
FEW = 3


class RecoveryCodeWrong(Refused):
    """The user has no such code, or it was used."""

    public = "That code isn't right, or it was used before."


def replace(user_id: int) -> list[str]:
    """Make a new set, in place of what was left of the old one; they are kept nowhere else."""
    made = [secrets.new_recovery_code() for _ in range(HOW_MANY)]
    db.session.execute(delete(CODES).where(CODES.c.user_id == user_id))
    rows = [{"digest": _digest(user_id, code), "user_id": user_id} for code in made]
    db.session.execute(insert(RecoveryCode), rows)
    return made


def spend(user_id: int, code: str) -> int:
    """Use a code up; return how many are left. Of any number at once, one comes out of here.

    Raises:
        RecoveryCodeWrong: there is no such code any more.
    """
    used = rows_changed(delete(CODES).where(CODES.c.digest == _digest(user_id, code)))
    if not used:
        raise RecoveryCodeWrong
    return left(user_id)


def left(user_id: int) -> int:
    """Return how many codes a user has left."""
    counted = select(func.count()).select_from(CODES).where(CODES.c.user_id == user_id)
    return db.session.scalar(counted) or 0


def are_few(user_id: int) -> bool:
    """Tell whether it is time for new ones."""
    return left(user_id) <= FEW


def remove_since(user_id: int, moment: datetime) -> bool:
    """Forget those made after a moment; tell whether there were any."""
    mine = and_(CODES.c.user_id == user_id, CODES.c.created_at > moment)
    gone = rows_changed(delete(CODES).where(mine))
    return bool(gone)


def remove(user_id: int) -> None:
    """Forget them all."""
    db.session.execute(delete(CODES).where(CODES.c.user_id == user_id))


def _digest(user_id: int, code: str) -> str:
    """Return what is kept: 78 random bits cannot be guessed from it."""
    return secrets.digest(f"recovery code {user_id} {secrets.plain_code(code)}")
