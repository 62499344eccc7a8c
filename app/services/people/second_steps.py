"""The second step: who has to have one, turn it on and off, prove it.

Changes are recorded and mailed to the owner: it may not have been them (security.md MF06).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask_babel import lazy_gettext as _
from flask_babel import lazy_ngettext as ngettext

from app.database import db
from app.errors import Refused
from app.models import User
from app.services.authorization import levels, sessions
from app.services.authorization.signed_in import SignedIn
from app.services.people import (
    groups,
    locks,
    notices,
    passkeys,
    recovery_codes,
    roles,
    totp,
    trusted_browsers,
)
from app.services.people.roles import Holder
from app.services.upkeep import audit
from app.services.upkeep.audit import Event


def is_demanded_of(user_id: int, holder: Holder) -> bool:
    """Tell whether the policy of the deployment, or of a group, wants a second step of a user."""
    return is_demanded(holder, by_group=lambda: groups.demand_second_step(user_id))


def is_demanded(holder: Holder, *, by_group: Callable[[], bool]) -> bool:
    """Tell the same to whoever has asked about the groups along with something else."""
    return _is_policy(holder) or by_group()


def is_owed_by(person: SignedIn) -> bool:
    """Tell whether somebody signed in before it was demanded of them, and has yet to set one up.

    Only the policy of the deployment can do that: a group that begins to demand it ends the
    sessions that one step has opened.
    """
    is_enough = person.has_second_step or levels.reaches(person.acr, levels.MFA)
    return not is_enough and _is_policy(person)


def _is_policy(holder: Holder) -> bool:
    """Tell whether the deployment wants it; `admins` are all who have a role (security.md AD04)."""
    return levels.is_mfa_policy(has_role=bool(roles.of(holder)))


def turn_on(
    user: User, seed: str, code: str, *, session_id: int | None = None, address: str = ""
) -> list[str]:
    """Set up the authenticator app; return the recovery codes, which are kept nowhere else.

    Every session of the user but this one ends, and every token: what the password alone has
    opened may not be theirs (security.md SE04, RT08).

    Raises:
        CodeWrong: the app does not have the seed.
        SetUpAlready: another tab was faster.
    """
    totp.set_up(user, seed, code)
    sentence = _(
        "From now on a code from your authenticator app is asked for after the password."
        " Every other device is signed out."
    )
    return _turn_on(user, sentence, session_id=session_id, address=address)


def turn_on_with_passkey(
    user: User, *, session_id: int | None = None, address: str = ""
) -> list[str]:
    """Ask for a passkey of the user after the password; return the recovery codes.

    Every session of the user but this one ends, as with the app.
    """
    sentence = _(
        "From now on a passkey is asked for after the password. Every other device is signed out."
    )
    return _turn_on(user, sentence, session_id=session_id, address=address)


def _turn_on(user: User, sentence: str, *, session_id: int | None, address: str) -> list[str]:
    user.has_second_step = True
    db.session.flush()
    audit.record(Event.SECOND_STEP_ON, actor_id=user.id, user_id=user.id, address=address)
    sessions.kill_all(user, but=session_id)
    notices.tell(user, _("The second step was turned on"), sentence)
    return recovery_codes.replace(user.id)


def turn_off(user: User, *, session_id: int, address: str = "") -> None:
    """Let the password alone sign in again; every other session of the user ends."""
    _forget(user)
    sessions.kill_all(user, but=session_id)
    audit.record(Event.SECOND_STEP_OFF, actor_id=user.id, user_id=user.id, address=address)
    _tell_off(user)


class ResetRefused(Refused):
    """An administrator would take from a colleague what they have not shown themselves."""

    public = "Pass a second step of your own before you reset that of somebody with a role."


def may_reset(user: User, by: SignedIn) -> bool:
    """Tell whether an administrator may take the second step from a user.

    Not from somebody with a role after one step only: whoever has learnt the password of the
    least careful administrator would get the accounts of the others down to a password, too.
    """
    return not roles.of(user) or levels.reaches(by.acr, levels.MFA)


def reset(user: User, *, by: SignedIn, reason: str) -> None:
    """Take the second step from a user who has lost it, as an administrator; they are told.

    The passkeys go with it: they may be in the same wrong hands as the phone.

    Raises:
        ResetRefused: see `may_reset`.
    """
    if not may_reset(user, by):
        raise ResetRefused
    _forget(user)
    passkeys.remove_all(user.id)
    sessions.kill_all(user, by=by.user_id)
    audit.record(Event.SECOND_STEP_RESET, actor_id=by.user_id, user_id=user.id, reason=reason)
    _tell_off(user, asked=False)


def remove_since(user: User, moment: datetime, *, address: str = "") -> None:
    """Take away what was added to the second step after a moment, and tell the owner.

    After the passkeys: without any factor left the second step is off. What was there before the
    moment stays (security.md RV05).
    """
    trusted_browsers.forget_all(user.id)
    app_gone = totp.remove_since(user.id, moment)
    codes_gone = recovery_codes.remove_since(user.id, moment)
    if user.has_second_step and not totp.has_one(user.id) and not passkeys.has_any(user.id):
        _forget(user)
        audit.record(Event.SECOND_STEP_OFF, actor_id=user.id, user_id=user.id, address=address)
        sentence = _(
            "What it was made of had been set up shortly before your address was changed, or"
            " since: it may not have been you. Set it up anew."
        )
        notices.tell(user, _("The second step was turned off"), sentence)
    elif app_gone or codes_gone:
        sentence = _(
            "The authenticator app or the recovery codes had been set up shortly before your"
            " address was changed, or since: it may not have been you. Set them up anew."
        )
        notices.tell(user, _("A part of your second step was removed"), sentence)


def _forget(user: User) -> None:
    totp.remove(user.id)
    recovery_codes.remove(user.id)
    trusted_browsers.forget_all(user.id)
    user.has_second_step = False
    db.session.flush()


def renew_codes(user: User, *, address: str = "") -> list[str]:
    """Make new recovery codes; the old ones are worthless."""
    locks.hold(user)
    made = recovery_codes.replace(user.id)
    audit.record(Event.RECOVERY_CODES_MADE, actor_id=user.id, user_id=user.id, address=address)
    sentence = _("The recovery codes you had before no longer work.")
    notices.tell(user, _("New recovery codes were made"), sentence)
    return made


def spend_recovery_code(user: User, code: str, *, address: str = "") -> None:
    """Use a recovery code up and tell the owner how many are left (security.md MF05).

    An app that is locked opens again: who has the paper is not who guesses.

    Raises:
        RecoveryCodeWrong: the user has no such code any more.
    """
    left = recovery_codes.spend(user.id, code)
    totp.unlock(user.id)
    audit.record(
        Event.RECOVERY_CODE_USED, actor_id=user.id, user_id=user.id, address=address, left=left
    )
    sentence = ngettext(
        "Somebody signed in with a recovery code. %(num)d code is left.",
        "Somebody signed in with a recovery code. %(num)d codes are left.",
        left,
    )
    notices.tell(user, _("A recovery code was used"), sentence)


def note_lock(user: User, *, address: str = "") -> bool:
    """Tell the owner, once, when wrong codes have locked the app; tell whether this one has.

    Whoever typed them knows the password, so that is what the mail is about.
    """
    if not totp.note_lock(user.id):
        return False
    audit.record(Event.SECOND_STEP_LOCKED, user_id=user.id, address=address)
    sentence = _(
        "Somebody who knows your password typed wrong codes until your authenticator app was"
        " locked. Sign in with a recovery code, a passkey or a browser you have used before: that"
        " unlocks it. Then change your password."
    )
    notices.tell(user, _("Your authenticator app is locked"), sentence, asked=False)
    return True


def unlock(user: User) -> None:
    """Let a locked app count again: the owner has used a passkey."""
    if user.has_second_step:
        totp.unlock(user.id)


def _tell_off(user: User, *, asked: bool = True) -> None:
    sentence = _("The password alone signs in again. Every other device is signed out.")
    notices.tell(user, _("The second step was turned off"), sentence, asked=asked)
