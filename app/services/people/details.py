"""Further details: claims that a page of its own asks for after the sign-up (ux.md 2.2).

The settings name them. A new account is asked for all of them once; one that is there already is
asked when it lacks what cannot be left out, and no application gets a code before that.
"""

from __future__ import annotations

from app.database import db
from app.errors import InvalidInput
from app.models import User
from app.services.authorization.signed_in import SignedIn
from app.services.people import profiles, users
from app.setting_types import REQUIRED
from app.settings import settings


class DetailMissing(InvalidInput):
    """What cannot be left out was left empty."""

    def __init__(self, claim: str) -> None:
        super().__init__(claim, "Fill this in: your account needs it here.")


def required() -> frozenset[str]:
    """Return the claims that cannot be left out."""
    return frozenset(
        name.removesuffix(REQUIRED) for name in settings.sign_up_asks if name.endswith(REQUIRED)
    )


def owed_by(user: User) -> tuple[str, ...]:
    """Return the claims to ask a person for now, in the order of the settings; (): none.

    Only what is empty is asked for, what cannot be left out among it.
    """
    asked = [name.removesuffix(REQUIRED) for name in settings.sign_up_asks]
    empty = tuple(claim for claim in asked if not _value(user, claim))
    return empty if user.details_due or required().intersection(empty) else ()


def are_owed_by(person: SignedIn) -> bool:
    """Tell whether somebody who is signed in is to be asked for anything.

    It takes no statement where nothing is asked for, nor, of people who have seen the page, where
    all of it may be left out; otherwise one.
    """
    if not settings.sign_up_asks or not (person.details_due or required()):
        return False
    return bool(owed_by(users.get(person.user_id)))


def answered(user: User) -> None:
    """Note that a person has seen the page; what may be left out is not asked for again.

    Raises:
        DetailMissing: something may not.
    """
    for claim in owed_by(user):
        if claim in required():
            raise DetailMissing(claim)
    user.details_due = False
    db.session.flush()


def _value(user: User, claim: str) -> str | None:
    if claim in profiles.ADDRESS:
        return (user.address or {}).get(claim)
    value: str | None = getattr(user, claim)
    return value
