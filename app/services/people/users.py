"""Users as administrators see them: find, look at, turn off and on; the last one stays."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, exists, func, or_, select

from app.database import db
from app.errors import NotFound, Refused
from app.models import Password, User, UserEmail
from app.services.people import accounts

PAGE_SIZE = 25
#: Filters of the list, by name.
SHOWN = {
    "admin": User.is_admin.is_(True),
    "role": or_(User.is_admin, User.is_user_manager, User.is_auditor, User.is_owner),
    "off": User.disabled_at.is_not(None),
    "leaving": User.deletion_due_at.is_not(None),
    "never": User.last_sign_in_at.is_(None),
}
_ADMINISTRATORS = select(User.id).where(
    User.is_admin, User.disabled_at.is_(None), User.deletion_due_at.is_(None)
)


class LastAdministrator(Refused):
    """Without this user, nobody could administer the provider any more."""

    public = "This is the last administrator. Make another one first."


class OwnAccount(Refused):
    """Administrators cannot shut themselves out."""

    public = "This is your own account: another administrator must turn it off."


def search(text: str = "", *, show: str = "", page: int = 1) -> tuple[Sequence[User], int]:
    """Return one page of users whose name or address holds the text, and how many there are."""
    wanted = select(User)
    if text:
        wanted = wanted.where(
            or_(
                User.name.icontains(text, autoescape=True),
                User.email.icontains(text, autoescape=True),
                User.subject == text,
                _has_address(text),
            )
        )
    if show in SHOWN:
        wanted = wanted.where(SHOWN[show])
    total = db.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    ordered = wanted.order_by(func.lower(func.coalesce(User.name, User.email)), User.id)
    rows = db.session.scalars(ordered.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()
    return rows, total


def _has_address(text: str) -> ColumnElement[bool]:
    """Tell whether one of a user's other addresses holds the text."""
    return exists().where(
        UserEmail.user_id == User.id,
        UserEmail.removed_at.is_(None),
        UserEmail.email.icontains(text, autoescape=True),
    )


def get(user_id: int) -> User:
    """Return a user.

    Raises:
        NotFound: there is none.
    """
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFound("There is no such user.")
    return user


def turn_off(user: User, *, by: int) -> None:
    """Turn a user off; two administrators who do it to each other at once leave one.

    Raises:
        OwnAccount: the user and who does it are one.
        LastAdministrator: nobody would be left to administer.
    """
    if user.id == by:
        raise OwnAccount
    lock_administrators()
    # SQLite: the first write takes the lock, so what is read below is read after it.
    accounts.turn_off(user, by=by)
    db.session.refresh(user)
    if user.is_admin:
        check_administrator_left()


def lock_administrators() -> None:
    """Let nobody else take an administrator away beside us.

    PostgreSQL: whoever comes second waits here, and then sees what the first has done.
    """
    db.session.execute(_ADMINISTRATORS.order_by(User.id).with_for_update())


def check_administrator_left() -> None:
    """Look whether somebody can still administer; after the write that takes one away.

    Raises:
        LastAdministrator: nobody can; the caller rolls back.
    """
    if db.session.scalar(_ADMINISTRATORS.limit(1)) is None:
        raise LastAdministrator


def is_only_one_administrator() -> bool:
    """Tell whether nobody could take over from the administrator there is."""
    return len(db.session.scalars(_ADMINISTRATORS.limit(2)).all()) < 2


def without_second_step() -> Sequence[User]:
    """Return the administrators whose password alone opens the administration."""
    has_password = exists().where(Password.user_id == User.id)
    wanted = select(User).where(
        User.id.in_(_ADMINISTRATORS), User.has_second_step.is_(False), has_password
    )
    return db.session.scalars(wanted.order_by(User.id).limit(PAGE_SIZE)).all()
