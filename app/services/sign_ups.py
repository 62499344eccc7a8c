"""Sign-ups: somebody asks for an account, and proves the address with a mailed code.

The user exists only then: nobody can take an address ahead of its owner (CVE-2026-15611). An
address that has an account already takes the same way, with another mail and no code that works.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, update

from app.clock import now
from app.database import db
from app.errors import Refused, TooMany
from app.models import SignUp, User
from app.security import passwords as hashing
from app.security import secrets
from app.services import accounts, mail, throttles
from app.settings import settings

SIGN_UPS = SignUp.__table__
LIFETIME = timedelta(minutes=30)
MINUTES = int(LIFETIME.total_seconds() // 60)
MOST_TRIES = 5
BETWEEN_MAILS = timedelta(minutes=1)


class CodeRefused(Refused):
    """The code is not the one that was mailed, or works no more."""

    public = "That code isn't right or has expired."


def hash_password(password: str) -> str:
    """Return the hash to keep; done before a transaction is opened, for every address alike."""
    return hashing.hash_password(password)


def begin(browser: str, email: str, *, name: str | None, password_hash: str) -> None:
    """Keep the wish of this browser, in place of an earlier one, and mail a code."""
    known = accounts.find_by_email(email) is not None
    code = secrets.new_short_code()
    db.session.execute(delete(SIGN_UPS).where(SIGN_UPS.c.digest == _digest(browser)))
    db.session.add(
        SignUp(
            digest=_digest(browser),
            email=email.strip(),
            name=accounts.one_line(name or "") or None,
            password_hash=password_hash,
            code_digest=None if known else _code_digest(browser, code),
            mailed_at=now(),
            expires_at=now() + LIFETIME,
        )
    )
    db.session.flush()
    _send(email, code, known=known)


def count_mail(email: str, address: str) -> None:
    """Count a mail before it is written: nobody's mailbox is ours to fill (RV06).

    Raises:
        TooMany: this address or network was sent too many mails.
    """
    to = throttles.Count(throttles.MAIL, accounts.key_of(email))
    throttles.reserve((to, throttles.network(address, throttles.MAIL_NETWORK)))


def _digest(browser: str) -> str:
    return secrets.digest(f"sign-up {browser}")


def _code_digest(browser: str, code: str) -> str:
    """Return what is kept of a code: 34 bits could be guessed from a plain digest."""
    plain = secrets.plain_code(code)
    return secrets.keyed_digest(settings.secret_keys[0], f"code {_digest(browser)} {plain}")


def _send(email: str, code: str, *, known: bool) -> None:
    if known:
        mail.enqueue(
            "already_registered", to=email.strip(), sign_in_url=f"{settings.issuer}/login/sign-in"
        )
    else:
        mail.enqueue("sign_up_code", to=email.strip(), code=code, minutes=MINUTES, client=None)


def find(browser: str) -> SignUp | None:
    """Return what this browser has asked for, None when that is too long ago."""
    found = db.session.get(SignUp, _digest(browser))
    return found if found is not None and found.expires_at > now() else None


def send_again(sign_up: SignUp, browser: str, *, address: str = "") -> datetime:
    """Mail a new code in place of the old one; return when.

    Raises:
        TooMany: the last one was sent less than a minute ago, or there were too many.
    """
    moment = now()
    code = secrets.new_short_code()
    known = sign_up.code_digest is None
    changed = db.session.execute(
        update(SIGN_UPS)
        .where(SIGN_UPS.c.digest == sign_up.digest, SIGN_UPS.c.mailed_at <= moment - BETWEEN_MAILS)
        .values(
            code_digest=None if known else _code_digest(browser, code),
            tries=0,
            mails_sent=SIGN_UPS.c.mails_sent + 1,
            mailed_at=moment,
            expires_at=moment + LIFETIME,
        )
    )
    if not changed.rowcount:  # type: ignore[attr-defined]
        raise TooMany(max(sign_up.mailed_at + BETWEEN_MAILS - moment, timedelta(seconds=1)))
    count_mail(sign_up.email, address)
    _send(sign_up.email, code, known=known)
    return moment


def count_try(sign_up: SignUp) -> None:
    """Count a try at the code; the caller commits it, whatever comes of the try.

    Raises:
        CodeRefused: there were five already.
    """
    counted = db.session.execute(
        update(SIGN_UPS)
        .where(SIGN_UPS.c.digest == sign_up.digest, SIGN_UPS.c.tries < MOST_TRIES)
        .values(tries=SIGN_UPS.c.tries + 1)
    )
    if not counted.rowcount:  # type: ignore[attr-defined]
        raise CodeRefused


def confirm(sign_up: SignUp, browser: str, code: str) -> User:
    """Make the account when the code is right; of several requests at once, one does.

    Raises:
        CodeRefused: it is not, or another request was first.
        AddressTaken: the address was confirmed from another browser meanwhile.
    """
    typed = _code_digest(browser, code)
    if not secrets.same(sign_up.code_digest or "", typed):
        raise CodeRefused
    used = db.session.execute(
        delete(SIGN_UPS).where(SIGN_UPS.c.digest == sign_up.digest, SIGN_UPS.c.code_digest == typed)
    )
    if not used.rowcount:  # type: ignore[attr-defined]
        raise CodeRefused
    return accounts.create_signed_up(
        sign_up.email, password_hash=sign_up.password_hash, name=sign_up.name
    )
