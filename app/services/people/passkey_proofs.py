"""What passkeys prove: who signs in, or that the second step was taken by the right person.

A passkey is good for its owner alone, and an answer for one ceremony (security.md MF07).
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import select, update

from app.clock import now
from app.database import db, rows_changed
from app.errors import Refused
from app.models import Passkey, User
from app.security import webauthn
from app.security.webauthn import Answer, AnswerRefused
from app.services.people import challenges, notices, passkeys
from app.services.people.passkeys import PasskeyWrong
from app.services.upkeep import audit
from app.services.upkeep.audit import Event

PASSKEYS = Passkey.__table__
SIGN_IN = "sign in"


class PasskeyUnknown(Refused):
    """Nobody has this passkey any more, or not who signs in here."""

    public = "This passkey isn't linked to an account any more. Sign in another way."

    def __init__(self, credential_id: str) -> None:
        super().__init__()
        self.credential_id = credential_id


class CounterWentBack(Refused):
    """Its counter stands where it stood before: there may be a copy of it in other hands."""

    public = PasskeyWrong.public

    def __init__(self, passkey_id: int) -> None:
        super().__init__()
        self.passkey_id = passkey_id


def begin_sign_in(*, browser: str) -> dict[str, Any] | None:
    """Return what a browser is asked at the sign-in; it names no passkey and so tells of nobody.

    None: there can be no passkeys at this address.
    """
    here = passkeys.site()
    if here is None:
        return None
    return webauthn.request_options(here, challenge=challenges.new(SIGN_IN, browser=browser))


def finish_sign_in(text: str, *, browser: str) -> tuple[User, Passkey]:
    """Return who has signed in, and with which passkey.

    Raises:
        PasskeyWrong, ChallengeStale: the answer is not to be believed.
        PasskeyUnknown: it may be right, but the passkey is nobody's.
        CounterWentBack: there may be a copy of it.
    """
    answer = _read(text)
    challenges.check(answer.challenge, SIGN_IN, browser=browser)
    user, passkey = _owner(answer)
    # The authenticator names the account, too: without the name, nobody is meant (§7.2 step 6).
    if answer.user_handle != user.passkey_handle:
        raise PasskeyWrong(detail="the user handle is another one")
    _use(passkey, answer)
    return user, passkey


def begin_second_step(user: User, *, browser: str) -> dict[str, Any] | None:
    """Return what a browser is asked after the password: one of the user's own passkeys."""
    here = passkeys.site()
    if here is None:
        return None
    return webauthn.request_options(
        here,
        challenge=challenges.new(_second_step(user.id), browser=browser),
        allowed=[(one.credential_id, one.transports) for one in passkeys.of_user(user.id)],
    )


def _second_step(user_id: int) -> str:
    return f"second step {user_id}"


def finish_second_step(user: User, text: str, *, browser: str) -> Passkey:
    """Return the passkey with which a user has passed the second step.

    Raises:
        PasskeyWrong, ChallengeStale, PasskeyUnknown, CounterWentBack: as at the sign-in.
    """
    answer = _read(text)
    challenges.check(answer.challenge, _second_step(user.id), browser=browser)
    owner, passkey = _owner(answer)
    if owner.id != user.id:
        raise PasskeyUnknown(answer.credential_id)
    if answer.user_handle not in {None, user.passkey_handle}:
        raise PasskeyWrong(detail="the user handle is another one")
    _use(passkey, answer)
    return passkey


def _read(text: str) -> Answer:
    try:
        return webauthn.read(text)
    except AnswerRefused as fault:
        raise PasskeyWrong(detail=str(fault)) from None


def _owner(answer: Answer) -> tuple[User, Passkey]:
    wanted = (
        select(User, Passkey)
        .join(Passkey, Passkey.user_id == User.id)
        .where(Passkey.credential_id == answer.credential_id)
    )
    found = db.session.execute(wanted).one_or_none()
    if found is None:
        raise PasskeyUnknown(answer.credential_id)
    return found[0], found[1]


def _use(passkey: Passkey, answer: Answer) -> None:
    """Check an answer and use its challenge up; of eight at once, one comes out of here."""
    try:
        used = webauthn.check_assertion(passkeys.must_site(), answer, public_key=passkey.public_key)
    except AnswerRefused as fault:
        raise PasskeyWrong(detail=str(fault)) from None
    if used.may_be_backed_up != passkey.may_be_backed_up:
        raise PasskeyWrong(detail="it has become another kind of passkey")
    challenges.spend(answer.challenge)
    counted = PASSKEYS.c.sign_count < used.sign_count
    if used.sign_count == 0:  # it does not count, and never has
        counted = PASSKEYS.c.sign_count == 0
    changed = rows_changed(
        update(PASSKEYS)
        .where(PASSKEYS.c.id == passkey.id, counted)
        .values(sign_count=used.sign_count, is_backed_up=used.is_backed_up, used_at=now())
    )
    if not changed:
        raise CounterWentBack(passkey.id)


def warn_of_copy(passkey_id: int, *, address: str = "") -> None:
    """Tell the owner that somebody may have a copy of a passkey; the sign-in was refused."""
    passkey = db.session.get(Passkey, passkey_id)
    user = db.session.get(User, passkey.user_id) if passkey is not None else None
    if passkey is None or user is None:  # removed meanwhile
        return
    audit.record(Event.PASSKEY_COPIED, user_id=user.id, address=address, name=passkey.name)
    sentence = _(
        "Somebody tried to sign in with %(name)s and was refused: it counts its uses, and this "
        "one was out of order. There may be a copy of it. Remove it and make a new one.",
        name=passkey.name,
    )
    notices.tell(user, _("A passkey was refused"), sentence)
