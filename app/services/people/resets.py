"""Password resets: a link in a mail lets the owner of an address choose a new password.

Known and unknown addresses take the same way and get the same work; what differs is the mail. The
link signs nobody in and turns no account on again (security.md RV05).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import and_, delete, select, update

from app.clock import now
from app.database import db, rows_changed
from app.errors import Refused
from app.models import PasswordReset, User, UserEmail
from app.security import secrets
from app.services.people import accounts, locks, passwords, sign_up_policy
from app.services.upkeep import audit, mail, throttles
from app.services.upkeep.audit import Event
from app.settings import settings

RESETS, USERS = PasswordReset.__table__, User.__table__
ADDRESSES = UserEmail.__table__
LIFETIME = timedelta(minutes=30)
#: No user has this number.
NOBODY = 0
MINUTES = int(LIFETIME.total_seconds() // 60)


class ResetLinkDead(Refused):
    """The link was used, has expired, or the account has changed since."""

    public = "This link has expired."


@dataclass(frozen=True, slots=True)
class Reset:
    """A living link: whose password it is for."""

    digest: str
    user: User


def begin(email: str, *, link: Callable[[str], str]) -> None:
    """Mail a link to the address; an earlier one is dead from now on (security.md RV06).

    `link` makes the address of our page for a token.
    """
    found = accounts.find_confirmed(email)
    audit.record(Event.RESET_ASKED, user_id=found[0].id if found else None)
    if found is None:
        _make_for_nobody()
        sign_up_url = f"{settings.issuer}/login/sign-up" if sign_up_policy.are_taken() else None
        mail.enqueue("no_account", to=email.strip(), sign_up_url=sign_up_url)
        return
    user, address = found
    token = new_token(user, address.key)
    mail.enqueue("password_reset", to=address.email, reader=user, link=link(token), minutes=MINUTES)


def begin_for(user: User, *, by: int, link: Callable[[str], str]) -> None:
    """Mail a link to a user's primary address as an administrator, who never sees it (PW06).

    Raises:
        Refused: nobody has confirmed the address (security.md RV08).
    """
    if not user.email_verified:
        message = "Nobody has confirmed this address: a link must not go there."
        raise Refused(message)
    mail.enqueue(
        "password_reset",
        to=user.email,
        reader=user,
        asked=False,
        link=link(new_token(user, user.email_key)),
        minutes=MINUTES,
    )
    audit.record(Event.RESET_ASKED, actor_id=by, user_id=user.id)


def begin_first(
    user: User, *, inviter: str, link: Callable[[str], str], wait: timedelta = timedelta(0)
) -> None:
    """Tell somebody that an account was made for them, with a link to choose its password.

    It lives as long as an invitation; when it is over, its owner asks for another one like anybody
    who has forgotten a password. `inviter` is who made the account, empty where nobody is named;
    the mail waits as in `mail.enqueue`.
    """
    lifetime = settings.invitation_lifetime
    mail.enqueue(
        "account_made",
        to=user.email,
        reader=user,
        asked=False,
        wait=wait,
        link=link(new_token(user, user.email_key, lifetime=lifetime)),
        inviter=inviter,
        expires_at=now() + lifetime,
    )


def new_token(user: User, key: str, *, lifetime: timedelta = LIFETIME) -> str:
    """Return the token of a link that goes to an address of a user; earlier ones are dead."""
    token = secrets.new_token("pr")
    locks.hold(user)
    db.session.execute(delete(RESETS).where(RESETS.c.user_id == user.id))
    db.session.add(
        PasswordReset(
            digest=secrets.digest(token),
            user_id=user.id,
            email_key=key,
            epoch=user.epoch,
            expires_at=now() + lifetime,
        )
    )
    db.session.flush()
    return token


def _make_for_nobody() -> None:
    """Ask the database what `new_token` asks: the answer must not come sooner (RV01)."""
    secrets.digest(secrets.new_token("pr"))
    db.session.execute(update(USERS).where(USERS.c.id == NOBODY).values(epoch=USERS.c.epoch))
    db.session.scalar(select(User).where(USERS.c.id == NOBODY))
    db.session.execute(delete(RESETS).where(RESETS.c.user_id == NOBODY))


def find(token: str) -> Reset:
    """Return what a link is for, without using it up (security.md RV04).

    Raises:
        ResetLinkDead: nothing any more.
    """
    wanted = (
        select(PasswordReset, User)
        .join(User, User.id == RESETS.c.user_id)
        .join(UserEmail, UserEmail.key == RESETS.c.email_key)
        .where(
            RESETS.c.digest == secrets.digest(token),
            RESETS.c.expires_at > now(),
            # Bound to address and credentials: a link from before a change is worth nothing.
            ADDRESSES.c.user_id == USERS.c.id,
            ADDRESSES.c.removed_at.is_(None),
            ADDRESSES.c.verified_at.is_not(None),
            RESETS.c.epoch == USERS.c.epoch,
        )
    )
    found = db.session.execute(wanted).one_or_none()
    if found is None:
        raise ResetLinkDead
    reset, user = found
    return Reset(reset.digest, user)


def use(reset: Reset, new_hash: str, *, address: str = "") -> None:
    """Replace the password and end everything that was issued before.

    Of any number of requests with one link, one comes out of here.

    Raises:
        ResetLinkDead: another request was first, or the account has changed since.
    """
    user = locks.hold(reset.user)
    # Its epoch again: the password may have been changed since the link was read.
    mine = and_(RESETS.c.digest == reset.digest, RESETS.c.epoch == user.epoch)
    if not rows_changed(delete(RESETS).where(mine)):
        raise ResetLinkDead
    passwords.replace(user, new_hash)
    # Whoever guessed at the old password must not keep the owner waiting with the new one.
    throttles.forget(throttles.account(user.email_key))
    audit.record(Event.PASSWORD_RESET, actor_id=user.id, user_id=user.id, address=address)
