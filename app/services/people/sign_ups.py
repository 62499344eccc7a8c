"""Sign-ups: somebody asks for an account, and proves the address with a mailed code or link.

The user exists only then: nobody can take an address ahead of its owner (CVE-2026-15611). An
address that has an account already takes the same way, with another mail and no code that works.

Whoever opens the link in the browser that asked has typed the password there, and gets the
account with it. In any other browser the owner of the mailbox may be looking at the sign-up of a
stranger, who typed the owner's address and a password of their own: there the owner chooses the
password, what the first browser typed counts for nothing, and it is not signed in. For who has
only changed from one device to the other that is one password more to type, and never a guess
about who is who (security.md RV08).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select, update

from app.clock import now
from app.database import db, insert_or_update, rows_changed
from app.errors import Refused, TooMany
from app.models import SignUp, User
from app.security import passwords as hashing
from app.security import secrets
from app.services.people import accounts, mailed_codes, upstream_identities
from app.services.people.mailed_codes import CodeRefused
from app.services.people.person_names import NewPerson, PersonName
from app.services.upkeep import mail, throttles
from app.settings import settings

SIGN_UPS = SignUp.__table__


class SignUpLinkDead(Refused):
    """The link has expired, or a newer one was sent."""

    public = "This link has expired."


def hash_password(password: str) -> str:
    """Return the hash to keep; done before a transaction is opened, for every address alike."""
    return hashing.hash_password(password)


def begin(
    browser: str,
    email: str,
    *,
    person: NewPerson,
    password_hash: str,
    link: Callable[[str], str],
    identity: dict[str, Any] | None = None,
) -> None:
    """Keep the wish of this browser, in place of an earlier one, and mail a code and a link.

    `link` makes the address of our page for a token. With `identity` the account needs no
    password: whoever asks is known elsewhere (see people.upstream_identities).
    """
    known = accounts.is_taken(email)
    code, token = secrets.new_short_code(), secrets.new_token("ec")
    values = {
        "email": email.strip(),
        **asdict(person.name),
        "terms_version": person.terms_version,
        "password_hash": password_hash,
        "identity": identity,
        **_mailed_now(browser, code, token, known=known),
        "confirmed_at": None,
        "mails_sent": 1,
    }
    db.session.execute(insert_or_update(SIGN_UPS, {"digest": _digest(browser)}, values))
    _send(email, code, link(token), known=known)


def count_mail(email: str, address: str) -> None:
    """Count a mail before it is written: nobody's mailbox is ours to fill (RV06).

    Raises:
        TooMany: this address or network was sent too many mails.
    """
    to = throttles.Count(throttles.MAIL, accounts.key_of(email))
    throttles.reserve((to, throttles.network(address, throttles.MAIL_NETWORK)))


def _digest(browser: str) -> str:
    return secrets.digest(f"sign-up {browser}")


def _about(browser: str) -> str:
    return f"code {_digest(browser)}"


def _mailed_now(browser: str, code: str, token: str, *, known: bool) -> dict[str, Any]:
    """Return what is kept of code and link; neither works for an address that is known."""
    if known:
        return {**mailed_codes.mailed_now(None), "link_digest": None}
    kept = mailed_codes.digest(_about(browser), code)
    return {**mailed_codes.mailed_now(kept), "link_digest": secrets.digest(token)}


def _send(email: str, code: str, link: str, *, known: bool) -> None:
    # Looked for whether or not there is one: the answer must not come sooner for the unknown.
    owner = accounts.find_by_email(email)
    if known:
        sign_in_url = f"{settings.issuer}/login/sign-in"
        mail.enqueue("already_registered", to=email.strip(), reader=owner, sign_in_url=sign_in_url)
    else:
        texts: dict[str, Any] = {
            "code": code,
            "link": link,
            "minutes": mailed_codes.MINUTES,
            "client": None,
        }
        mail.enqueue("sign_up_code", to=email.strip(), **texts)


def find(browser: str) -> SignUp | None:
    """Return what this browser has asked for, confirmed or not; None when it is too long ago."""
    found = db.session.get(SignUp, _digest(browser))
    return found if found is not None and found.expires_at > now() else None


def find_by_link(token: str) -> SignUp:
    """Return the sign-up that a link confirms, or has confirmed; looking at it does nothing.

    Raises:
        SignUpLinkDead: there is none any more.
    """
    wanted = select(SignUp).where(
        SignUp.link_digest == secrets.digest(token), SignUp.expires_at > now()
    )
    found = db.session.scalar(wanted)
    if found is None:
        raise SignUpLinkDead
    return found


def is_of(sign_up: SignUp, browser: str) -> bool:
    """Tell whether the sign-up was begun, and its password chosen, in this browser."""
    return secrets.same(sign_up.digest, _digest(browser))


def send_again(
    sign_up: SignUp, browser: str, *, link: Callable[[str], str], address: str = ""
) -> datetime:
    """Mail a new code and link in place of the old ones; return when.

    Raises:
        TooMany: the last one was sent less than a minute ago, or there were too many.
    """
    code, token = secrets.new_short_code(), secrets.new_token("ec")
    known = sign_up.code_digest is None
    values = _mailed_now(browser, code, token, known=known)
    changed = rows_changed(
        update(SIGN_UPS)
        .where(
            SIGN_UPS.c.digest == sign_up.digest,
            mailed_codes.may_be_mailed(SIGN_UPS),
            SIGN_UPS.c.confirmed_at.is_(None),
        )
        .values(**values, mails_sent=SIGN_UPS.c.mails_sent + 1)
    )
    if not changed:
        raise TooMany(max(mailed_codes.pause(sign_up.mailed_at), timedelta(seconds=1)))
    count_mail(sign_up.email, address)
    _send(sign_up.email, code, link(token), known=known)
    mailed_at: datetime = values["mailed_at"]
    return mailed_at


def count_try(sign_up: SignUp) -> None:
    """Count a try at the code; the caller commits it, whatever comes of the try.

    Raises:
        CodeRefused: there were five already.
    """
    mailed_codes.count_try(SIGN_UPS, SIGN_UPS.c.digest == sign_up.digest)


def confirm(sign_up: SignUp, browser: str, code: str) -> User:
    """Make the account when the code is right; of several requests at once, one does.

    Raises:
        CodeRefused: it is not, or another request was first.
        AddressTaken: the address was confirmed from another browser meanwhile.
        IdentityTaken, NotFound: the identity signs nobody new in any more.
    """
    is_proved = mailed_codes.is_proved_by(sign_up, _about(browser), code)
    wanted = _wanted(sign_up)
    if not _spend(sign_up, is_proved):
        raise CodeRefused
    return _create(wanted)


def confirm_here(sign_up: SignUp) -> User:
    """Make the account for who has opened the link in the browser that asked, see `is_of`.

    Raises:
        SignUpLinkDead: another request was first.
        AddressTaken: the address was confirmed from another browser meanwhile.
        IdentityTaken, NotFound: the identity signs nobody new in any more.
    """
    wanted = _wanted(sign_up)
    if not _spend(sign_up, SIGN_UPS.c.link_digest == sign_up.link_digest):
        raise SignUpLinkDead
    return _create(wanted)


def amr_of(sign_up: SignUp) -> tuple[str, ...]:
    """Return how its owner signs in once it is confirmed; () when a passkey is yet to be made."""
    if sign_up.identity is not None:
        return ("fed",)
    return ("pwd",) if sign_up.password_hash else ()


def confirm_elsewhere(sign_up: SignUp, *, new_hash: str, person: NewPerson) -> User:
    """Make the account with the password that the owner of the mailbox has chosen instead.

    Raises:
        SignUpLinkDead: another request was first.
        AddressTaken: the address was confirmed from another browser meanwhile.
    """
    email = sign_up.email
    if not _spend(sign_up, SIGN_UPS.c.link_digest == sign_up.link_digest):
        raise SignUpLinkDead
    return accounts.create_signed_up(email, password_hash=new_hash, person=person)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a sign-up asks for, read before it is spent."""

    email: str
    password_hash: str
    person: NewPerson
    identity: dict[str, Any] | None


def _wanted(sign_up: SignUp) -> _Wanted:
    name = PersonName(sign_up.name, sign_up.given_name, sign_up.family_name)
    person = NewPerson(name, sign_up.terms_version)
    return _Wanted(sign_up.email, sign_up.password_hash, person, sign_up.identity)


def _create(wanted: _Wanted) -> User:
    """Make the account in the browser that asked; the identity was proved there, too."""
    user = accounts.create_signed_up(
        wanted.email, password_hash=wanted.password_hash, person=wanted.person
    )
    if wanted.identity is not None:
        upstream_identities.attach(user, wanted.identity)
    return user


def _spend(sign_up: SignUp, is_proved: ColumnElement[bool]) -> bool:
    """Note that the address is confirmed, and forget the password; tell whether we were first."""
    spent = rows_changed(
        update(SIGN_UPS)
        .where(SIGN_UPS.c.digest == sign_up.digest, is_proved, SIGN_UPS.c.confirmed_at.is_(None))
        .values(confirmed_at=now(), password_hash="", identity=None, **asdict(PersonName()))
    )
    return bool(spent)
