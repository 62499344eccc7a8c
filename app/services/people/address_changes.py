"""Another primary address, and the mailed way back (security.md RV07).

The old address is mailed a link that works for a week, whatever is done with the account in the
meantime. The new address was confirmed before it got here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete, func, select, update

from app.clock import now
from app.database import db, rows_changed
from app.errors import Refused
from app.models import EmailClaim, EmailRevert, User, UserEmail
from app.security import secrets
from app.services.authorization import sessions
from app.services.people import addresses, locks, ways_in
from app.services.people.addresses import WAY_BACK
from app.services.upkeep import audit, mail
from app.services.upkeep.audit import Event
from app.settings import settings

REVERTS, CLAIMS = EmailRevert.__table__, EmailClaim.__table__
ADDRESSES = UserEmail.__table__


class RevertLinkDead(Refused):
    """The link was used, has expired, or a link from before it was used."""

    public = "This link has expired."


@dataclass(frozen=True, slots=True)
class Revert:
    """A living way back: whose account it is, and which address it puts back."""

    id: int
    expires_at: datetime
    user: User
    address: UserEmail


def promote(user: User, key: str, *, link: Callable[[str], str], address: str = "") -> None:
    """Make an address of the account the primary one, and tell both.

    `link` makes the address of our page for the token of the way back. Links for a new password
    that were mailed before are dead.

    Raises:
        NotFound: the address is not on the account.
        Refused: nobody has confirmed it.
    """
    locks.hold(user)
    new = addresses.get(user, key)
    if new.key == user.email_key:
        return
    if new.verified_at is None:
        raise Refused
    old, may_go_back = addresses.get(user, user.email_key), user.email_verified
    may_go_back = may_go_back and not _is_going_back(user, new)
    _make_primary(user, new)
    audit.record(Event.PRIMARY_CHANGED, actor_id=user.id, user_id=user.id, address=address)
    _tell(user, new.email, new=new.email)
    # An address that was never confirmed may be a stranger's: it gets no key to the account.
    _tell(user, old.email, new=new.email, link=link(_way_back(user, old)) if may_go_back else "")


def _is_going_back(user: User, new: UserEmail) -> bool:
    """Tell whether a way back leads to this address already, and end those from later changes.

    It is the same as the link: what was primary in between gets no way back, or whoever changes
    the address there and back in a stolen session would keep a key to the account for a week.
    """
    mine = and_(REVERTS.c.user_id == user.id, REVERTS.c.expires_at > now())
    first = select(func.min(REVERTS.c.id)).where(mine, REVERTS.c.email_key == new.key)
    found = db.session.scalar(first)
    if found is None:
        return False
    later = REVERTS.c.id > found
    db.session.execute(delete(REVERTS).where(REVERTS.c.user_id == user.id, later))
    return True


def _make_primary(user: User, new: UserEmail) -> None:
    user.email, user.email_key, user.email_verified = new.email, new.key, True
    user.updated_at = now()
    db.session.flush()
    addresses.forget_resets(user)


def _way_back(user: User, old: UserEmail) -> str:
    """Keep the old address for the way back, and return the token that leads there."""
    token, until = secrets.new_token("er"), now() + WAY_BACK
    db.session.execute(
        update(ADDRESSES).where(ADDRESSES.c.key == old.key).values(reserved_until=until)
    )
    row = EmailRevert(
        digest=secrets.digest(token), user_id=user.id, email_key=old.key, expires_at=until
    )
    db.session.add(row)
    db.session.flush()
    return token


def _tell(user: User, to: str, *, new: str, link: str = "") -> None:
    mail.enqueue(
        "primary_changed" if link else "primary_is_new",
        to=to,
        reader=user,
        email=new,
        changed_at=now(),
        link=link,
        days=WAY_BACK.days,
        account_url=f"{settings.issuer}/account/emails",
    )


def find(token: str) -> Revert:
    """Return what a link is for, without using it up (security.md RV04).

    Raises:
        RevertLinkDead: nothing any more.
    """
    wanted = (
        select(EmailRevert.id, EmailRevert.expires_at, User, UserEmail)
        .join(User, User.id == REVERTS.c.user_id)
        .join(UserEmail, UserEmail.key == REVERTS.c.email_key)
        .where(
            REVERTS.c.digest == secrets.digest(token),
            REVERTS.c.expires_at > now(),
            ADDRESSES.c.user_id == REVERTS.c.user_id,
        )
        .execution_options(populate_existing=True)
    )
    found = db.session.execute(wanted).one_or_none()
    if found is None:
        raise RevertLinkDead
    return Revert(*found)


def use(revert: Revert, *, address: str = "") -> User:
    """Put the old address back as primary, and end everything that was begun without its owner.

    Every other address goes: somebody who changed the primary one may have added them, and any
    of them could ask for a new password. So do the passkeys, the authenticator app, the recovery
    codes and the linked accounts of the week before the change and since: one made in a stolen
    session would outlive the new password, or keep the owner out. What is older stays, the second
    step above all (RV05). Ways back from later changes go too, or whoever made the changes would
    undo this; those from earlier ones stay, for the same reason.

    Of any number of requests with one link, one comes out of here.

    Raises:
        RevertLinkDead: another request was first.
    """
    user = locks.hold(revert.user)
    used = rows_changed(delete(REVERTS).where(REVERTS.c.id == revert.id))
    if not used:
        raise RevertLinkDead
    later = REVERTS.c.id > revert.id
    db.session.execute(delete(REVERTS).where(REVERTS.c.user_id == user.id, later))
    db.session.execute(delete(CLAIMS).where(CLAIMS.c.user_id == user.id))
    replaced, back = user.email, revert.address
    db.session.execute(
        update(ADDRESSES)
        .where(ADDRESSES.c.key == back.key)
        .values(removed_at=None, reserved_until=None, verified_at=back.verified_at or now())
    )
    others = [one for one in addresses.of_user(user) if one.key != back.key]
    _make_primary(user, back)
    addresses.take_off(user, others)
    ways_in.remove_since(user, revert.expires_at - 2 * WAY_BACK, address=address)
    sessions.kill_all(user)
    audit.record(Event.PRIMARY_REVERTED, actor_id=user.id, user_id=user.id, address=address)
    for to in dict.fromkeys((replaced, back.email)):
        _tell(user, to, new=back.email)
    return user
