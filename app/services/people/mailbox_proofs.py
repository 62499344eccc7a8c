"""Proof of the mailbox, before somebody who came with a password alone may add a factor.

Whoever sets the first one up decides what the second step of an account is, and a new password
does not take it away (security.md RV05). That must not be a thief who has learnt the password and
nothing else, whether the policy wants a second step, an application, or they themselves: a code
goes to the address of the account. It signs nobody in, and is no second step (MF06, MF11).

The same code confirms an address that nobody has confirmed yet, after the right password and
before there is a session (ux.md 2.1): the account was made by an administrator or a command.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, or_, update

from app.clock import now
from app.database import db, insert_or_update, rows_changed
from app.errors import TooMany
from app.models import MailboxProof, User
from app.security import secrets
from app.services.authorization import levels
from app.services.people import code_tries, mailed_codes
from app.services.people.mailed_codes import CodeRefused
from app.services.upkeep import mail, throttles
from app.settings import settings

PROOFS = MailboxProof.__table__


def is_owed(user: User, *, browser: str, amr: Sequence[str]) -> bool:
    """Tell whether a user has to prove the mailbox in a browser before a factor is added.

    `amr` are the methods they came by: whoever has passed two steps has shown a factor already.

    An address that nobody has confirmed proves nothing about the owner (security.md RV08), and
    who was sent by another provider has shown more than a password.
    """
    if "pwd" not in amr or not user.email_verified or levels.reaches(levels.of(amr), levels.MFA):
        return False
    found = find(user, browser)
    return found is None or found.proved_at is None


def owes_confirmation(user: User, amr: Sequence[str]) -> bool:
    """Tell whether a first step leads to the confirmation of the address, and no further.

    A passkey and another provider say who somebody is without any address.
    """
    return settings.confirms_at_sign_in and "pwd" in amr and not user.email_verified


def find(user: User, browser: str) -> MailboxProof | None:
    """Return the proof of a user in a browser, begun or done; None when there is none any more."""
    found = db.session.get(MailboxProof, secrets.digest(browser), populate_existing=True)
    if found is None or found.user_id != user.id or found.epoch != user.epoch:
        return None
    return found if found.expires_at > now() else None


def note(user: User, browser: str) -> None:
    """Note that a user has proved the mailbox in this browser another way: by a mailed link."""
    _keep(user, browser, code_digest=None, proved=True)


def send(user: User, *, browser: str, address: str) -> None:
    """Mail a code, in place of an earlier one.

    Raises:
        TooMany: the last one was sent less than a minute ago, or there were too many.
    """
    throttles.reserve(
        (throttles.own_mail(user.id), throttles.network(address, throttles.MAIL_NETWORK))
    )
    code = secrets.new_short_code()
    kept = mailed_codes.digest(_about(user, browser), code)
    if not _keep(user, browser, code_digest=kept, proved=False):
        raise TooMany(mailed_codes.BETWEEN_MAILS)
    if not user.email_verified:  # no link for a new password goes there (security.md RV08)
        kind, reset_url = "confirm_address", None
    else:
        kind, reset_url = "prove_mailbox", f"{settings.issuer}/login/forgot"
    mail.enqueue(
        kind,
        to=user.email,
        reader=user,
        code=code,
        minutes=mailed_codes.MINUTES,
        reset_url=reset_url,
    )


def send_first(user: User, *, browser: str, address: str) -> bool:
    """Mail a code to who comes from the sign-in; tell whether one has been.

    None is when the last one still works, or there were too many: the page asks for it then.
    """
    found = find(user, browser)
    if found is not None and found.code_digest and found.tries < code_tries.MOST_TRIES:
        return False
    try:
        with db.session.begin_nested():
            send(user, browser=browser, address=address)
    except TooMany:
        return False
    return True


def _keep(user: User, browser: str, *, code_digest: str | None, proved: bool) -> bool:
    """Keep a proof; tell whether it was, and not refused for coming too soon after another."""
    values = {
        "user_id": user.id,
        "epoch": user.epoch,
        **mailed_codes.mailed_now(code_digest),
        "proved_at": now() if proved else None,
    }
    is_old = or_(mailed_codes.may_be_mailed(PROOFS), PROOFS.c.user_id != user.id)
    key = {"browser": secrets.digest(browser)}
    kept = insert_or_update(PROOFS, key, values, where=None if proved else is_old)
    return db.session.execute(kept.returning(PROOFS.c.browser)).first() is not None


def _about(user: User, browser: str) -> str:
    """Say what a code proves: the address it went to, and no other one made primary since."""
    return f"mailbox {user.id} {user.email_key} {secrets.digest(browser)}"


def count_try(proof: MailboxProof) -> None:
    """Count a try at the code; the caller commits it, whatever comes of the try.

    Raises:
        CodeRefused: there were five already.
    """
    mailed_codes.count_try(PROOFS, _is(proof))


def confirm(user: User, proof: MailboxProof, code: str, *, browser: str) -> None:
    """Note that the mailbox is proved, when the code is right; it is used up by that.

    Raises:
        CodeRefused: it is not.
    """
    is_proved = mailed_codes.is_proved_by(proof, _about(user, browser), code)
    proved = rows_changed(
        update(PROOFS)
        .where(_is(proof), is_proved)
        .values(code_digest=None, proved_at=now(), expires_at=now() + mailed_codes.LIFETIME)
    )
    if not proved:
        raise CodeRefused


def _is(proof: MailboxProof) -> ColumnElement[bool]:
    """Match the very row that was read: somebody else may have begun in this browser since."""
    return and_(PROOFS.c.browser == proof.browser, PROOFS.c.user_id == proof.user_id)
