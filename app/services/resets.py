"""Password resets: a link in a mail lets the owner of an address choose a new password.

Known and unknown addresses take the same way and get the same work; what differs is the mail. The
link signs nobody in and turns no account on again (security.md RV05).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select

from app.clock import now
from app.database import db
from app.errors import Refused
from app.models import PasswordReset, User
from app.security import secrets
from app.services import accounts, audit, mail, passwords, throttles
from app.services.audit import Event
from app.settings import settings

RESETS, USERS = PasswordReset.__table__, User.__table__
LIFETIME = timedelta(minutes=30)
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
    user = accounts.find_by_email(email)
    if user is None or not user.email_verified:
        mail.enqueue("no_account", to=email.strip(), sign_up_url=f"{settings.issuer}/login/sign-up")
        return
    token = secrets.new_token("pr")
    db.session.execute(delete(RESETS).where(RESETS.c.user_id == user.id))
    db.session.add(
        PasswordReset(
            digest=secrets.digest(token),
            user_id=user.id,
            email_key=user.email_key,
            epoch=user.epoch,
            expires_at=now() + LIFETIME,
        )
    )
    mail.enqueue("password_reset", to=user.email, link=link(token), minutes=MINUTES)
    audit.record(Event.RESET_ASKED, user_id=user.id)


def find(token: str) -> Reset:
    """Return what a link is for, without using it up (security.md RV04).

    Raises:
        ResetLinkDead: nothing any more.
    """
    wanted = (
        select(PasswordReset, User)
        .join(User, User.id == RESETS.c.user_id)
        .where(
            RESETS.c.digest == secrets.digest(token),
            RESETS.c.expires_at > now(),
            # Bound to address and credentials: a link from before a change is worth nothing.
            RESETS.c.email_key == USERS.c.email_key,
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
        ResetLinkDead: another request was first.
    """
    used = db.session.execute(delete(RESETS).where(RESETS.c.digest == reset.digest))
    if not used.rowcount:  # type: ignore[attr-defined]
        raise ResetLinkDead
    user = reset.user
    passwords.replace(user, new_hash)
    # Whoever guessed at the old password must not keep the owner waiting with the new one.
    throttles.forget(throttles.account(user.email_key))
    audit.record(Event.PASSWORD_RESET, actor_id=user.id, user_id=user.id, address=address)
