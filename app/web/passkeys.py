"""Passkeys, as far as pages share them: the browser's answer, and what people read of a refusal."""

from __future__ import annotations

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import HiddenField

from app.errors import ProviderError
from app.models import Passkey, User
from app.services.people import passkeys
from app.services.people.challenges import ChallengeStale
from app.services.people.passkey_proofs import CounterWentBack, PasskeyUnknown
from app.services.people.passkeys import PasskeyKnown, PasskeyWrong, TooManyPasskeys
from app.web import agents, guards
from app.web.forms import Form

_WRONG = lazy_gettext("This passkey could not be checked. Try again, or sign in another way.")
_STALE = lazy_gettext("This page was open for a long time. Try again.")
#: What an administrator reads of a passkey that did not sign in, and what its owner does.
NOT_USED: dict[type[ProviderError], tuple[str, str]] = {
    PasskeyWrong: ("passkey_wrong", _WRONG),
    CounterWentBack: ("passkey_copied", _WRONG),
    ChallengeStale: ("passkey_stale", _STALE),
    PasskeyUnknown: (
        "passkey_unknown",
        lazy_gettext("This passkey isn't linked to an account any more. Sign in another way."),
    ),
}
#: What somebody reads whose passkey was not made.
NOT_MADE: dict[type[ProviderError], str] = {
    PasskeyWrong: lazy_gettext("No passkey was made. Try again?"),
    ChallengeStale: _STALE,
    PasskeyKnown: lazy_gettext("This device already has a passkey for your account."),
    TooManyPasskeys: lazy_gettext("You have as many passkeys as there may be. Remove one first."),
}
#: For `except`: what does not make one, and what does not sign in with one.
MAKING = tuple(NOT_MADE)
USING = tuple(NOT_USED)


class PasskeyForm(Form):
    """What the browser's ceremony has come to, as passkey.js writes it."""

    credential = HiddenField()


def create(form: PasskeyForm, user: User) -> Passkey:
    """Keep what a browser has made for a user; the caller commits.

    Raises:
        PasskeyWrong, ChallengeStale, PasskeyKnown, TooManyPasskeys: nothing was kept.
    """
    agent = request.headers.get("User-Agent", "")
    return passkeys.finish_registration(
        user,
        form.credential.data or "",
        browser=guards.browser(),
        name=agents.describe(agent),
        address=guards.address(),
    )


def not_made(fault: ProviderError) -> str:
    """Return what its owner reads."""
    return str(NOT_MADE.get(type(fault)) or _("No passkey was made. Try again?"))
