"""Passkeys: make one, name it, take it away. What they prove is people.passkey_proofs' to say.

What changes is recorded and
mailed to the owner: it may not have been them (security.md MF06, MF07).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import delete, exists, func, select
from sqlalchemy.exc import IntegrityError

from app.clock import now
from app.database import db
from app.errors import Conflict, NotFound, Refused
from app.models import Passkey, User
from app.security import webauthn
from app.security.webauthn import AnswerRefused, Made, Person, Site
from app.services.people import challenges, notices, person_names
from app.services.upkeep import audit, branding
from app.services.upkeep.audit import Event
from app.settings import settings

PASSKEYS = Passkey.__table__
LONGEST_NAME = 60
#: More than anybody has devices; every one of them travels in the page that makes the next.
MOST = 20
#: How long an offer that was not wanted is not made again (ux.md 2.6).
QUIET = timedelta(days=90)
#: What keeps a passkey, by its AAGUID, as its maker calls it.
NAMES = {
    "08987058-cadc-4b81-b6e1-30de50dcbe96": "Windows Hello",
    "6028b017-b1d4-4c02-b4b3-afcdafc96bb2": "Windows Hello",
    "9ddd1817-af5a-4672-a2b9-3e3dd95000a9": "Windows Hello",
    "ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4": "Google Password Manager",
    "adce0002-35bc-c60a-648b-0b25f1f05503": "Chrome on Mac",
    "fbfc3007-154e-4ecc-8c0b-6e020557d7bd": "iCloud Keychain",
    "dd4ec289-e01d-41c9-bb89-70fa845d4bf2": "iCloud Keychain",
    "53414d53-554e-4700-0000-000000000000": "Samsung Pass",
    "bada5566-a7aa-401f-bd96-45619a55120d": "1Password",
    "d548826e-79b4-db40-a3d8-11116f7e8349": "Bitwarden",
    "531126d6-e717-415c-9320-3d9aa6981239": "Dashlane",
    "0ea242b4-43c4-4a1b-8b17-dd6d0b6baec6": "Keeper",
    "fdb141b2-5d84-443e-8a35-4698c205a502": "KeePassXC",
    "b84e4048-15dc-4dd0-8640-f4f60813c8af": "NordPass",
    "50726f74-6f6e-5061-7373-50726f746f6e": "Proton Pass",
    "cb69481e-8ff7-4039-93ec-0a2729a154a8": "YubiKey 5",
    "ee882879-721c-4913-9775-3dfcce97072a": "YubiKey 5",
}


class PasskeyWrong(Refused):
    """The answer of the browser proves nothing; `detail` says which check it did not pass."""

    public = "This passkey could not be checked. Try again, or sign in another way."


class PasskeyKnown(Conflict):
    """It was added before."""

    public = "This device already has a passkey for your account."


class TooManyPasskeys(Conflict):
    """There are as many as anybody may have."""

    public = "You have as many passkeys as there may be. Remove one first."


class NoPasskeysHere(NotFound):
    """The provider has an address of numbers, for which no browser makes a passkey."""

    public = "Passkeys need a provider whose address is a name."


def site() -> Site | None:
    """Return where passkeys of this provider are good; None when there can be none."""
    return webauthn.site_of(settings.issuer, branding.current().service_name)


def must_site() -> Site:
    """Return where they are good.

    Raises:
        NoPasskeysHere: nowhere.
    """
    found = site()
    if found is None:
        raise NoPasskeysHere
    return found


def of_user(user_id: int) -> Sequence[Passkey]:
    """Return the passkeys of a user, the oldest first."""
    wanted = select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id)
    return db.session.scalars(wanted).all()


def count(user_id: int) -> int:
    """Return how many passkeys a user has."""
    wanted = select(func.count()).select_from(PASSKEYS).where(PASSKEYS.c.user_id == user_id)
    return db.session.scalar(wanted) or 0


def has_any(user_id: int) -> bool:
    """Tell whether a user has a passkey."""
    return bool(db.session.scalar(select(exists().where(PASSKEYS.c.user_id == user_id))))


def get(user_id: int, passkey_id: int) -> Passkey:
    """Return a passkey of a user.

    Raises:
        NotFound: the user has no such passkey.
    """
    wanted = select(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == user_id)
    found = db.session.scalar(wanted)
    if found is None:
        raise NotFound("There is no such passkey.")
    return found


def is_worth_offering(user: User) -> bool:
    """Tell whether to offer the user a first passkey: not to who has refused it lately."""
    if site() is None or (user.passkey_declined_at or now() - QUIET) > now() - QUIET:
        return False
    return not has_any(user.id)


def decline(user: User) -> None:
    """Note that a user does not want one for now."""
    user.passkey_declined_at = now()
    db.session.flush()


def begin_registration(user: User, *, browser: str) -> dict[str, Any] | None:
    """Return what the browser of a user is asked to make a passkey; None when there can be none."""
    here = site()
    if here is None:
        return None
    return webauthn.creation_options(
        here,
        Person(user.passkey_handle, user.email, user.shown_name),
        challenge=challenges.new(_registration(user.id), browser=browser),
        known=[(one.credential_id, one.transports) for one in of_user(user.id)],
    )


def _registration(user_id: int) -> str:
    """Return the purpose of a challenge: an answer of one account is worth nothing in another."""
    return f"registration {user_id}"


def finish_registration(
    user: User, text: str, *, browser: str, name: str, address: str = ""
) -> Passkey:
    """Keep a new passkey; `name` is for one whose maker is not known.

    Raises:
        PasskeyWrong, ChallengeStale: the answer is not to be believed.
        PasskeyKnown: it was added before.
        TooManyPasskeys: there is no room for it.
    """
    try:
        answer = webauthn.read(text)
        challenges.check(answer.challenge, _registration(user.id), browser=browser)
        made = webauthn.check_registration(must_site(), answer)
    except AnswerRefused as fault:
        raise PasskeyWrong(detail=str(fault)) from None
    challenges.spend(answer.challenge)
    passkey = _keep(user, made, name)
    audit.record(
        Event.PASSKEY_ADDED, actor_id=user.id, user_id=user.id, address=address, name=passkey.name
    )
    sentence = _("%(name)s can sign in to your account from now on.", name=passkey.name)
    notices.tell(user, _("A passkey was added"), sentence)
    return passkey


def _keep(user: User, made: Made, name: str) -> Passkey:
    if count(user.id) >= MOST:
        raise TooManyPasskeys
    passkey = Passkey(
        user_id=user.id,
        credential_id=made.credential_id,
        public_key=made.public_key,
        sign_count=made.sign_count,
        aaguid=made.aaguid,
        name=one_name(NAMES.get(made.aaguid, name)),
        transports=made.transports,
        may_be_backed_up=made.may_be_backed_up,
        is_backed_up=made.is_backed_up,
    )
    try:
        with db.session.begin_nested():
            db.session.add(passkey)
    except IntegrityError:
        raise PasskeyKnown from None
    return passkey


def one_name(typed: str) -> str:
    """Return a name as it is kept: one line, not too long."""
    return person_names.one_line(typed)[:LONGEST_NAME].strip()


def rename(passkey: Passkey, name: str) -> None:
    """Call a passkey something else."""
    passkey.name = one_name(name)
    db.session.flush()
    audit.record(
        Event.PASSKEY_RENAMED,
        actor_id=passkey.user_id,
        user_id=passkey.user_id,
        name=passkey.name,
    )


def remove(user: User, passkey: Passkey, *, address: str = "") -> None:
    """Take a passkey away; the caller has made sure that there is another way to sign in."""
    name = passkey.name
    db.session.execute(delete(PASSKEYS).where(PASSKEYS.c.id == passkey.id))
    audit.record(
        Event.PASSKEY_REMOVED, actor_id=user.id, user_id=user.id, address=address, name=name
    )
    sentence = _(
        "%(name)s can no longer sign in to your account. Every other device is signed out.",
        name=name,
    )
    notices.tell(user, _("A passkey was removed"), sentence)


def remove_since(user: User, moment: datetime, *, address: str = "") -> None:
    """Take away the passkeys made after a moment; the owner is told of each."""
    for passkey in of_user(user.id):
        if passkey.created_at > moment:
            remove(user, passkey, address=address)


def remove_all(user_id: int) -> None:
    """Take every passkey of a user away."""
    db.session.execute(delete(PASSKEYS).where(PASSKEYS.c.user_id == user_id))
