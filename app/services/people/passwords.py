"""Passwords: which may be used, are they right, change them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import and_, select, update

from app.clock import now
from app.database import db, rows_changed
from app.errors import InvalidInput, Refused
from app.models import Password, User
from app.security import passwords as hashing
from app.security.passwords import LONGEST_BYTES, LONGEST_CHARACTERS, TooManyHashes, normalize
from app.services.authorization import sessions
from app.services.people import leaked_passwords, locks
from app.services.upkeep import audit, branding, mail
from app.services.upkeep.audit import Event
from app.settings import settings

FIELD = "password"
FEWEST_SIGNS = 5
#: What the long ones among leaked passwords are made of, beside figures, rows and repetition.
_WORDS = (
    "password passwort contraseña motdepasse letmein welcome iloveyou qwerty azerty qwertz admin "
    "administrator changeme secret dragon monkey football baseball sunshine princess superman "
    "batman trustno login master hello default guest"
)
COMMON_WORDS = tuple(_WORDS.split())
ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "12345678901234567890",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "!@#$%^&*()",
)
PASSWORDS = Password.__table__


class PasswordReplaced(Refused):
    """The password that was checked has been replaced meanwhile."""

    public = "That isn't your current password."


def check_allowed(password: str, *, context: Iterable[str] = ()) -> None:
    """Refuse a password that is too short, too long or easy to guess (NIST SP 800-63B-4 §3.1.1).

    `context` holds words that belong to the person, such as name and address.

    Raises:
        InvalidInput: says what to change.
    """
    plain = normalize(password)
    missing = settings.shortest_password - len(plain)
    if missing > 0:
        words = ngettext(
            "Use %(num)d more character. A few words work well.",
            "Use %(num)d more characters. A few words work well.",
            missing,
        )
        raise InvalidInput(FIELD, words)
    if len(plain) > LONGEST_CHARACTERS or len(plain.encode()) > LONGEST_BYTES:
        raise InvalidInput(FIELD, _("Use %(num)d characters or fewer.", num=LONGEST_CHARACTERS))
    if "\0" in plain:
        raise InvalidInput(FIELD, _("Use characters that a keyboard can type."))
    _refuse_guessable(plain, context)


def _refuse_guessable(plain: str, context: Iterable[str]) -> None:
    lowered = plain.casefold()
    if len(set(lowered)) < FEWEST_SIGNS or _repeats(lowered):
        raise InvalidInput(FIELD, _("This repeats itself too much. Choose another."))
    if _follows_keyboard(lowered):
        raise InvalidInput(FIELD, _("This follows the keyboard or the alphabet. Choose another."))
    for word in (part.casefold().strip() for part in (branding.current().service_name, *context)):
        if word and _is_little_more_than(lowered, (word,)):
            raise InvalidInput(FIELD, _("This is too close to a name of yours. Choose another."))
    if _is_little_more_than(lowered, COMMON_WORDS):
        raise InvalidInput(FIELD, _("Too many people use this one. Choose another."))
    _refuse_leaked(plain, lowered)


def _refuse_leaked(plain: str, lowered: str) -> None:
    """Refuse what is known from leaks, and what is such a word with a few signs around it (PW03).

    Words of leaks are mostly shorter than ours may be: those who must add signs add `2024!`.
    """
    if leaked_passwords.contains(plain):
        message = _("This password appears in known leaks. Choose another.")
        raise InvalidInput(FIELD, message)
    for word in leaked_passwords.words_in(lowered):
        around = len(lowered.replace(word, ""))
        is_little = _is_little_more_than(lowered, (word,)) and around < settings.shortest_password
        if is_little and leaked_passwords.contains(word):
            message = _("This is little more than a password from known leaks. Choose another.")
            raise InvalidInput(FIELD, message)


def _repeats(lowered: str) -> bool:
    """Tell whether the whole is one part, said again and again."""
    return lowered in (lowered + lowered)[1:-1]


def _follows_keyboard(lowered: str) -> bool:
    """Tell whether most signs stand next to the one before, in a row of keys or the alphabet."""
    pairs = [lowered[at : at + 2] for at in range(len(lowered) - 1)]
    steps = [pair for pair in pairs if any(pair in row or pair[::-1] in row for row in ROWS)]
    return len(steps) >= len(pairs) * 3 / 4


def _is_little_more_than(lowered: str, words: Iterable[str]) -> bool:
    """Tell whether hardly anything is left without these words, figures and marks."""
    rest = lowered
    for word in words:
        rest = rest.replace(word, "")
    left = [sign for sign in rest if sign.isalpha()]
    return rest != lowered and len(left) < settings.shortest_password // 3


def fits(stored: str | None, typed: str) -> bool:
    """Tell whether a typed password is the stored one; nothing stored takes the same time.

    No transaction may be open: hashing takes as long as a hundred queries.

    Raises:
        TooManyHashes: this process has too many to check already.
    """
    return hashing.verify_password(stored, typed)


def stronger(stored: str, typed: str) -> str | None:
    """Return a new hash of the right password when the old one is weaker than today's.

    No transaction may be open, as for `fits`.
    """
    if not hashing.needs_rehash(stored):
        return None
    try:
        return hashing.hash_password(typed)
    except TooManyHashes:  # the next sign-in will do it
        return None


def strengthen(user: User, old_hash: str, new_hash: str) -> None:
    """Replace the hash of the same password, unless there is another one by now.

    `user` stays as it was read: with the epoch of another password its sign-in would live.
    """
    db.session.execute(
        update(PASSWORDS)
        .where(PASSWORDS.c.user_id == user.id, PASSWORDS.c.hash == old_hash)
        .values(hash=new_hash)
    )


def replace(user: User, new_hash: str) -> None:
    """Put another password in place, and end every session and family."""
    changed = rows_changed(
        update(PASSWORDS)
        .where(PASSWORDS.c.user_id == user.id)
        .values(hash=new_hash, changed_at=now())
    )
    if not changed:
        db.session.add(Password(user_id=user.id, hash=new_hash))
    sessions.kill_all(user)


def changed_at(user_id: int) -> datetime | None:
    """Return when a user chose their password, None when they have none."""
    return db.session.scalar(select(PASSWORDS.c.changed_at).where(PASSWORDS.c.user_id == user_id))


def change(user: User, new_hash: str, *, old_hash: str, session_id: int) -> None:
    """Give a user another password; what was issued before is dead, but for this session.

    Raises:
        PasswordReplaced: `old_hash`, which was checked, is not that of the password any more: a
            password that is dead must not choose the next one.
    """
    locks.hold(user)
    mine = and_(PASSWORDS.c.user_id == user.id, PASSWORDS.c.hash == old_hash)
    if not rows_changed(update(PASSWORDS).where(mine).values(hash=new_hash, changed_at=now())):
        raise PasswordReplaced
    sessions.kill_all(user, but=session_id)
    audit.record(Event.PASSWORD_CHANGED, actor_id=user.id, user_id=user.id)


def tell_owner(user: User, *, account_url: str) -> None:
    """Mail the owner that the password was changed: it may not have been them (PW06)."""
    mail.enqueue(
        "password_changed", to=user.email, reader=user, changed_at=now(), account_url=account_url
    )
