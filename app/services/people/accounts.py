"""Accounts: make, find, change, turn off."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import asdict
from typing import Any

import idna
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import bindparam, delete, insert, or_, select
from sqlalchemy.exc import IntegrityError

from app.clock import now
from app.database import db
from app.errors import Conflict, InvalidInput
from app.models import Password, User, UserEmail
from app.security import passwords as hashing
from app.security import secrets
from app.services.authorization import sessions
from app.services.people import passwords, terms
from app.services.people.person_names import NewPerson, PersonName
from app.services.upkeep import audit
from app.services.upkeep.audit import Event
from app.settings import settings

USER_EMAILS = UserEmail.__table__
_FOR_SIGN_IN = (
    select(User, Password.hash, sessions.is_known_to(User.id))
    .join(UserEmail, UserEmail.user_id == User.id)
    .outerjoin(Password, Password.user_id == User.id)
    .where(UserEmail.key == bindparam("email_key"), UserEmail.removed_at.is_(None))
)
#: What the database keeps of the address that is compared.
LONGEST_KEY = 320


class AddressTaken(Conflict):
    """Somebody has an account with this address."""

    public = "There is an account with this email address already."


def key_of(email: str) -> str:
    """Return an address as it is compared: one account for every spelling (CVE-2025-24806)."""
    folded = unicodedata.normalize("NFKC", email).strip().casefold()
    local, at, domain = unicodedata.normalize("NFKC", folded).rpartition("@")
    if domain.isascii():
        return f"{local}{at}{domain}"
    try:
        return f"{local}{at}{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError:
        return f"{local}{at}{domain}"


def check_address(email: str) -> None:
    """Refuse what is no address, and one that grows too long when it is compared (NFKC).

    Raises:
        InvalidInput: it may not be used.
    """
    try:
        validate_email(email.strip(), check_deliverability=False)
    except EmailNotValidError:
        message = "Enter the whole address, such as jane@example.org."
        raise InvalidInput("email", message) from None
    if len(key_of(email)) > LONGEST_KEY:
        raise InvalidInput("email", "This is too long for an address.")


def find_by_email(email: str) -> User | None:
    """Return the account with this address among its own, however it is spelled."""
    return db.session.scalar(
        select(User)
        .join(UserEmail, UserEmail.user_id == User.id)
        .where(UserEmail.key == key_of(email), UserEmail.removed_at.is_(None))
    )


def find_confirmed(email: str) -> tuple[User, UserEmail] | None:
    """Return the account with this address, and the address, when its owner has confirmed it."""
    wanted = (
        select(User, UserEmail)
        .join(UserEmail, UserEmail.user_id == User.id)
        .where(
            UserEmail.key == key_of(email),
            UserEmail.removed_at.is_(None),
            UserEmail.verified_at.is_not(None),
        )
    )
    found = db.session.execute(wanted).one_or_none()
    return (found[0], found[1]) if found else None


def throttle_key(user: User | None, email: str) -> str:
    """Return what wrong passwords are counted under: one count for all addresses (LG02)."""
    return user.email_key if user is not None else key_of(email)


def is_taken(email: str) -> bool:
    """Tell whether nobody else can have this address: also one that is kept for its way back."""
    return bool(taken_among([key_of(email)]))


def taken_among(keys: Collection[str]) -> frozenset[str]:
    """Return which of these addresses, by their keys, nobody else can have."""
    is_kept = or_(UserEmail.removed_at.is_(None), UserEmail.reserved_until > now())
    wanted = select(UserEmail.key).where(UserEmail.key.in_(keys), is_kept)
    return frozenset(db.session.scalars(wanted))


def find_for_sign_in(email: str, browser: str) -> tuple[User | None, str | None, bool]:
    """Return the account, its password hash, and whether it was used in this browser before.

    One query, whether or not there is an account: the answer must not come sooner for nobody.
    """
    values = {"email_key": key_of(email), "browser": secrets.digest(browser)}
    found = db.session.execute(_FOR_SIGN_IN, values).one_or_none()
    return (found[0], found[1], found[2]) if found else (None, None, False)


def get_for_change(user_id: int) -> tuple[User, str | None]:
    """Return the account of who is signed in, and its password hash."""
    wanted = (
        select(User, Password.hash)
        .outerjoin(Password, Password.user_id == User.id)
        .where(User.id == user_id)
    )
    user, stored = db.session.execute(wanted).one()
    return user, stored


def create(
    email: str,
    *,
    password: str,
    name: str | None = None,
    is_admin: bool = False,
    email_verified: bool = False,
    by: int | None = None,
) -> User:
    """Make an account.

    Raises:
        InvalidInput: the address or the password may not be used.
        AddressTaken: there is one with this address.
    """
    check_address(email)
    passwords.check_allowed(password, context=(email, name or ""))
    if is_taken(email):
        raise AddressTaken
    hashed = hashing.hash_password(password)
    called = PersonName.of(name)
    user = _add(email, hashed, name=called, is_admin=is_admin, email_verified=email_verified)
    audit.record(Event.USER_CREATED, actor_id=by, user_id=user.id)
    return user


def create_signed_up(email: str, *, password_hash: str, person: NewPerson) -> User:
    """Make the account of somebody who has proved the address and chosen the password before.

    An empty hash makes one without a password: its owner is about to make a passkey, or signs in
    with another provider.

    Raises:
        AddressTaken: somebody was faster, from another browser.
    """
    user = _add(email, password_hash, name=person.name, email_verified=True)
    audit.record(Event.SIGNED_UP, actor_id=user.id, user_id=user.id)
    _keep_answers(user, person)
    return user


def create_invited(email: str, *, password_hash: str, person: NewPerson, is_admin: bool) -> User:
    """Make the account of somebody who was invited: the link has proved the address.

    Raises:
        AddressTaken: there is one with this address by now.
    """
    user = _add(email, password_hash, name=person.name, is_admin=is_admin, email_verified=True)
    _keep_answers(user, person)
    return user


def create_for(
    email: str, *, name: PersonName, by: int | None, locale: str | None = None, **details: Any
) -> User:
    """Make the account of somebody who chooses a password later, with a link in a mail.

    Whoever makes it vouches for the address, and nobody comes in without having read its mail:
    there is no password that somebody else could know (security.md RV08). `details` go into the
    audit log.

    Raises:
        AddressTaken: there is one with this address by now.
    """
    user = _add(email, "", name=name, email_verified=True)
    user.locale = locale
    user.details_due = bool(settings.sign_up_asks)
    audit.record(Event.USER_CREATED, actor_id=by, user_id=user.id, **details)
    return user


def _keep_answers(user: User, person: NewPerson) -> None:
    """Note what its maker has agreed to, and what is asked next of a new account."""
    user.details_due = bool(settings.sign_up_asks)
    db.session.flush()
    if person.terms_version:
        terms.agree(user.id, person.terms_version)
        user.terms_version = person.terms_version


def _add(
    email: str,
    password_hash: str,
    *,
    name: PersonName,
    is_admin: bool = False,
    email_verified: bool = False,
) -> User:
    """Add a user; of any number at once, one gets the address."""
    user = User(
        subject=secrets.new_id(),
        email=email.strip(),
        email_key=key_of(email),
        email_verified=email_verified,
        **asdict(name),
        is_admin=is_admin,
    )
    try:
        with db.session.begin_nested():
            db.session.add(user)
            db.session.flush()
            add_address(user.id, user.email, verified=email_verified)
            if password_hash:
                db.session.add(Password(user_id=user.id, hash=password_hash))
    except IntegrityError:
        raise AddressTaken from None
    return user


def add_without_password(email: str, *, name: str | None) -> User:
    """Make an account into which no password leads, at an address that counts as confirmed."""
    return _add(email, "", name=PersonName.of(name), email_verified=True)


def add_address(user_id: int, email: str, *, verified: bool) -> None:
    """Give a user an address; the caller makes it primary or not.

    Raises:
        IntegrityError: somebody has it; the caller is in a savepoint.
    """
    key = key_of(email)
    is_free_again = USER_EMAILS.c.reserved_until <= now()
    db.session.execute(
        delete(USER_EMAILS).where(
            USER_EMAILS.c.key == key, USER_EMAILS.c.removed_at.is_not(None), is_free_again
        )
    )
    verified_at = now() if verified else None
    values = {"key": key, "user_id": user_id, "email": email.strip(), "verified_at": verified_at}
    db.session.execute(insert(USER_EMAILS).values(**values))


def sign_out_everywhere(user: User, *, by: int | None = None) -> None:
    """End every session of a user and kill everything issued to applications."""
    sessions.kill_all(user, by=by)


def turn_off(user: User, *, by: int | None = None) -> None:
    """Let a user no longer sign in; sessions and tokens are dead at once."""
    user.disabled_at = user.disabled_at or now()
    sign_out_everywhere(user, by=by)
    audit.record(Event.USER_TURNED_OFF, actor_id=by, user_id=user.id)


def turn_on(user: User, *, by: int | None = None) -> None:
    """Let a user sign in again."""
    user.disabled_at = None
    db.session.flush()
    audit.record(Event.USER_TURNED_ON, actor_id=by, user_id=user.id)
