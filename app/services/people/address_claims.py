"""Claims: a user says that one more address is theirs, and proves it with a mailed code or link.

Until then the address is on no account: it signs nobody in, resets nothing and keeps nobody else
from it (security.md RV08). An address that is somebody else's takes the same way, with another
mail and neither code nor link that work.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.exc import IntegrityError

from app.clock import now
from app.database import db, insert_or_update, rows_changed
from app.errors import InvalidInput, TooMany
from app.models import EmailClaim, User, UserEmail
from app.security import secrets
from app.services.people import accounts, addresses, locks, mailed_codes
from app.services.people.accounts import AddressTaken
from app.services.people.mailed_codes import CodeRefused
from app.services.upkeep import audit, mail
from app.services.upkeep.audit import Event
from app.settings import settings

CLAIMS, ADDRESSES = EmailClaim.__table__, UserEmail.__table__


def begin(user: User, email: str, *, link: Callable[[str], str]) -> int:
    """Keep a claim in place of an earlier one to the same address, and mail code and link.

    Returns the number of the claim.

    `link` makes the address of our page for a token. The answer is the same for every address
    that is not the user's own.

    Raises:
        InvalidInput: it is no address, it is on the account, or there are enough.
        TooMany: the last mail for this claim went out a moment ago.
    """
    accounts.check_address(email)
    locks.hold(user)
    key, own = accounts.key_of(email), addresses.of_user(user)
    if any(one.key == key and one.verified_at for one in own):
        raise InvalidInput("email", _("This address is on your account already."))
    claims = of_user(user)
    _check_pause(next((one for one in claims if one.email_key == key), None))
    if len(own) >= addresses.MOST or len(claims) >= addresses.MOST:
        raise InvalidInput("email", _("These are enough addresses. Remove one first."))
    code, token = secrets.new_short_code(), secrets.new_token("ea")
    free = _is_free(user, key)
    values = {
        "email": email.strip(),
        **mailed_codes.mailed_now(mailed_codes.digest(_about(user, key), code) if free else None),
        "link_digest": secrets.digest(token) if free else None,
    }
    kept = insert_or_update(CLAIMS, {"user_id": user.id, "email_key": key}, values)
    claim_id: int = db.session.execute(kept.returning(CLAIMS.c.id)).scalar_one()
    _mail(user, email.strip(), code, link(token), free=free)
    return claim_id


def _mail(user: User, email: str, code: str, link: str, *, free: bool) -> None:
    # Looked for in any case: the answer must not come sooner for an address nobody has.
    owner = accounts.find_by_email(email)
    if free:
        mail.enqueue(
            "add_address", to=email, reader=user, code=code, link=link, minutes=mailed_codes.MINUTES
        )
        return
    sign_in_url = f"{settings.issuer}/login/sign-in"
    mail.enqueue("address_in_use", to=email, reader=owner, asked=False, sign_in_url=sign_in_url)


def _check_pause(earlier: EmailClaim | None) -> None:
    """Let a claim have a mail a minute."""
    wait = mailed_codes.pause(earlier.mailed_at) if earlier is not None else timedelta(0)
    if wait > timedelta(0):
        raise TooMany(wait)


def _is_free(user: User, key: str) -> bool:
    """Tell whether the user may have the address: nobody has it, or it was theirs before.

    One that was taken off another account is kept there for a while, see `addresses.take_off`.
    """
    found = db.session.execute(select(ADDRESSES).where(ADDRESSES.c.key == key)).one_or_none()
    if found is None or found.user_id == user.id:
        return True
    return found.removed_at is not None and found.reserved_until <= now()


def _about(user: User, key: str) -> str:
    return f"address {user.id} {key}"


def of_user(user: User) -> Sequence[EmailClaim]:
    """Return what a user has claimed and may still prove, the oldest first."""
    wanted = (
        select(EmailClaim)
        .where(EmailClaim.user_id == user.id, EmailClaim.expires_at > now())
        .order_by(EmailClaim.id)
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(wanted).all()


def find(user: User, claim_id: int) -> EmailClaim:
    """Return a claim of this user.

    Raises:
        CodeRefused: there is none any more.
    """
    found = next((one for one in of_user(user) if one.id == claim_id), None)
    if found is None:
        raise CodeRefused
    return found


def find_by_link(user: User, token: str) -> EmailClaim:
    """Return the claim that a link is for, without using it up (security.md RV04).

    It counts for the user who made the claim alone. The owner of a mailbox who is signed in as
    somebody else, or nowhere, must not put it on the account of a stranger who typed it.

    Raises:
        CodeRefused: there is none any more, or it is another user's.
    """
    digest = secrets.digest(token)
    found = next((one for one in of_user(user) if one.link_digest == digest), None)
    if found is None:
        raise CodeRefused
    return found


def cancel(user: User, claim_id: int) -> None:
    """Forget a claim; nothing if there is none."""
    db.session.execute(delete(CLAIMS).where(CLAIMS.c.id == claim_id, CLAIMS.c.user_id == user.id))


def count_try(claim: EmailClaim) -> None:
    """Count a try at the code; the caller commits it, whatever comes of the try.

    Raises:
        CodeRefused: there were five already.
    """
    mailed_codes.count_try(CLAIMS, CLAIMS.c.id == claim.id)


def confirm_by_code(user: User, claim: EmailClaim, code: str, *, address: str = "") -> None:
    """Put the address on the account when the code is right; of several at once, one does.

    Raises:
        CodeRefused: it is not, or another request was first.
        AddressTaken: somebody else has confirmed the address meanwhile.
    """
    is_proved = mailed_codes.is_proved_by(claim, _about(user, claim.email_key), code)
    _confirm(user, claim, is_proved, address=address)


def confirm_by_link(user: User, claim: EmailClaim, *, address: str = "") -> None:
    """Put the address on the account for who has opened the link, see `find_by_link`.

    Raises:
        CodeRefused: another request was first.
        AddressTaken: somebody else has confirmed the address meanwhile.
    """
    _confirm(user, claim, CLAIMS.c.link_digest == claim.link_digest, address=address)


def _confirm(
    user: User, claim: EmailClaim, is_proved: ColumnElement[bool], *, address: str
) -> None:
    used = rows_changed(delete(CLAIMS).where(CLAIMS.c.id == claim.id, is_proved))
    if not used:
        raise CodeRefused
    if not _is_back(user, claim.email_key):
        try:
            with db.session.begin_nested():
                accounts.add_address(user.id, claim.email, verified=True)
        except IntegrityError:
            raise AddressTaken from None
    if claim.email_key == user.email_key and not user.email_verified:
        user.email_verified, user.updated_at = True, now()
    audit.record(Event.ADDRESS_ADDED, actor_id=user.id, user_id=user.id, address=address)
    mail.enqueue(
        "address_added",
        to=user.email,
        reader=user,
        email=claim.email,
        changed_at=now(),
        account_url=f"{settings.issuer}/account/emails",
    )


def _is_back(user: User, key: str) -> bool:
    """Put an address back that the same user has taken off and that is still kept for them."""
    back = rows_changed(
        update(ADDRESSES)
        .where(ADDRESSES.c.key == key, ADDRESSES.c.user_id == user.id)
        .values(removed_at=None, verified_at=now())
    )
    return bool(back)
