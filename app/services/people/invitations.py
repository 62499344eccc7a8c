"""Invitations: administrators ask somebody to make an account, also where sign-up is closed.

The mailed link proves the mailbox. It is bound to the address and the role it was sent with, works
once, and signs nobody in who has an account (security.md RV02).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, delete, or_, select, update

from app.clock import now
from app.database import db, insert_or_update, rows_changed
from app.errors import NotFound, Refused
from app.models import Invitation, User
from app.security import secrets
from app.services.people import accounts, person_names, roles
from app.services.people.accounts import AddressTaken
from app.services.people.person_names import NewPerson
from app.services.people.roles import HasRole, Permission
from app.services.upkeep import audit, mail, throttles
from app.services.upkeep.audit import Event
from app.services.upkeep.throttles import Count
from app.settings import settings

INVITATIONS, USERS = Invitation.__table__, User.__table__

#: Makes the address of our page for a token.
Link = Callable[[str], str]


class InvitationDead(Refused):
    """The link was used, has expired, was replaced, or was taken back."""

    public = "This invitation doesn't work any more."


@dataclass(frozen=True, slots=True)
class Invited:
    """An open invitation, and who sent it; None when they have no account any more."""

    row: Invitation
    by: User | None


def send(
    email: str, *, name: str | None, is_admin: bool, by: User, link: Link, address: str = ""
) -> None:
    """Invite an address; an earlier invitation of it is worth nothing from now on.

    Raises:
        HasRole: `by` may not make administrators.
        InvalidInput: it is no address.
        AddressTaken: there is an account with it.
        TooMany: it was sent too many mails.
    """
    _check_may_give(by, is_admin=is_admin or _is_for_admin(email))
    accounts.check_address(email)
    if accounts.is_taken(email):
        raise AddressTaken
    token = _mail(email, is_admin=is_admin, by=by, link=link)
    values = {
        "digest": secrets.digest(token),
        "email": email.strip(),
        "name": person_names.one_line(name or "") or None,
        "is_admin": is_admin,
        "invited_by_id": by.id,
        "sent_at": now(),
        "expires_at": now() + settings.invitation_lifetime,
    }
    kept = insert_or_update(INVITATIONS, {"email_key": accounts.key_of(email)}, values)
    number = db.session.scalar(kept.returning(INVITATIONS.c.id))
    _record_sent(number, is_admin=is_admin, by=by.id, address=address)


def send_again(invitation: Invitation, *, by: User, link: Link, address: str = "") -> None:
    """Mail another link, which lives anew; the one before is dead.

    Raises:
        HasRole: `by` may not make administrators.
        InvitationDead: it was used or taken back meanwhile.
        TooMany: the address was sent too many mails.
    """
    _check_may_give(by, is_admin=invitation.is_admin)
    token = _mail(invitation.email, is_admin=invitation.is_admin, by=by, link=link)
    changed = rows_changed(
        update(INVITATIONS)
        .where(_is(invitation))
        .values(
            digest=secrets.digest(token),
            invited_by_id=by.id,
            sent_at=now(),
            expires_at=now() + settings.invitation_lifetime,
        )
    )
    if not changed:
        raise InvitationDead
    _record_sent(invitation.id, is_admin=invitation.is_admin, by=by.id, address=address)


def _is_for_admin(email: str) -> bool:
    """Tell whether the invitation of this address that would be replaced makes an administrator."""
    wanted = select(INVITATIONS.c.is_admin).where(INVITATIONS.c.email_key == accounts.key_of(email))
    return bool(db.session.scalar(wanted))


def _check_may_give(by: User, *, is_admin: bool) -> None:
    """Look whether who invites may let somebody have the role (security.md AD03)."""
    if is_admin and not roles.permits(by, Permission.GIVE_ROLES):
        raise HasRole


def _mail(email: str, *, is_admin: bool, by: User, link: Link) -> str:
    """Mail a new link and return its token; nobody's mailbox is ours to fill (RV06)."""
    throttles.reserve((Count(throttles.MAIL, accounts.key_of(email)),))
    token = secrets.new_token("iv")
    mail.enqueue(
        "invitation",
        to=email.strip(),
        asked=False,
        link=link(token),
        inviter=by.shown_name,
        is_admin=is_admin,
        expires_at=now() + settings.invitation_lifetime,
    )
    return token


def _record_sent(number: int | None, *, is_admin: bool, by: int, address: str) -> None:
    """Record an invitation by its number: its address is nobody's yet."""
    audit.record(Event.INVITED, actor_id=by, address=address, invitation=number, is_admin=is_admin)


def listed() -> Sequence[Invited]:
    """Return the open invitations, the newest first."""
    wanted = (
        select(Invitation, User)
        .outerjoin(User, User.id == INVITATIONS.c.invited_by_id)
        .where(INVITATIONS.c.expires_at > now())
        .order_by(INVITATIONS.c.sent_at.desc(), INVITATIONS.c.id.desc())
    )
    return [Invited(*found) for found in db.session.execute(wanted).all()]


def get(number: int) -> Invitation:
    """Return an invitation.

    Raises:
        NotFound: there is none any more.
    """
    row = db.session.get(Invitation, number)
    if row is None:
        raise NotFound("There is no such invitation any more.")
    return row


def revoke(invitation: Invitation, *, by: User, address: str = "") -> None:
    """Take an invitation back.

    Raises:
        HasRole: `by` may not make administrators, nor prevent one.
        InvitationDead: it was used meanwhile.
    """
    _check_may_give(by, is_admin=invitation.is_admin)
    gone = rows_changed(delete(INVITATIONS).where(_is(invitation)))
    if not gone:
        raise InvitationDead
    audit.record(
        Event.INVITATION_REVOKED, actor_id=by.id, address=address, invitation=invitation.id
    )


def find(token: str) -> Invited:
    """Return what a link is for, without using it up (security.md RV04).

    Raises:
        InvitationDead: nothing any more.
    """
    in_office = and_(
        USERS.c.is_admin, USERS.c.disabled_at.is_(None), USERS.c.deletion_due_at.is_(None)
    )
    wanted = (
        select(Invitation, User)
        .outerjoin(User, User.id == INVITATIONS.c.invited_by_id)
        .where(
            INVITATIONS.c.digest == secrets.digest(token),
            INVITATIONS.c.expires_at > now(),
            # Nobody becomes an administrator on the word of somebody who is none any more.
            or_(INVITATIONS.c.is_admin.is_(False), in_office),
        )
    )
    found = db.session.execute(wanted).one_or_none()
    if found is None:
        raise InvitationDead
    return Invited(*found)


def accept(invited: Invited, *, person: NewPerson, password_hash: str, address: str = "") -> User:
    """Use an invitation up and make the account; of any number at once, one comes out of here.

    Raises:
        InvitationDead: another request was first, or it was replaced or taken back.
        AddressTaken: the address has an account by now; it stays as it is.
    """
    row = invited.row
    used = rows_changed(delete(INVITATIONS).where(_is(row)))
    if not used:
        raise InvitationDead
    user = accounts.create_invited(
        row.email, password_hash=password_hash, person=person, is_admin=row.is_admin
    )
    audit.record(
        Event.INVITATION_ACCEPTED,
        actor_id=user.id,
        user_id=user.id,
        address=address,
        invitation=row.id,
        is_admin=row.is_admin,
    )
    return user


def _is(invitation: Invitation) -> ColumnElement[bool]:
    """Match the very link that was read: a newer one is another promise."""
    return and_(INVITATIONS.c.id == invitation.id, INVITATIONS.c.digest == invitation.digest)
