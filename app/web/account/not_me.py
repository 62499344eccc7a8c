"""It was somebody else: a walk through everything that keeps them out (ux.md 2.14).

Every step says whether it is done; nothing is done by coming here. A new way to sign in brings a
step of its own: one more line in `STEPS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from datetime import timedelta

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.clock import now
from app.models import User
from app.services.authorization import consents, devices
from app.services.authorization.signed_in import SignedIn
from app.services.people import (
    addresses,
    passkeys,
    passwords,
    recovery_codes,
    trusted_browsers,
    upstream_identities,
    users,
)
from app.web.access import SIGNED_IN, needs
from app.web.account.desk import blueprint, show, somebody

#: The name that pages are told to come back here by.
BACK = "not-me"
#: A password changed this lately was changed because of what happened.
LATELY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the walk; `is_done` is None when only the person can tell."""

    name: str
    title: str
    text: str
    _: KW_ONLY
    is_done: bool | None
    url: str = ""
    label: str = ""
    #: The button acts; otherwise it leads to where one does.
    acts: bool = False


@blueprint.get("/not-me")
@needs(SIGNED_IN)
def not_me() -> ResponseReturnValue:
    """Show what to do, and what is done already."""
    person = somebody()
    user = users.get(person.user_id)
    steps = [step(person, user) for step in STEPS]
    return show("account/not_me.html", steps=steps, back=BACK)


def _sessions(person: SignedIn, user: User) -> Step:
    others = sum(session.id != person.session_id for session in devices.of_user(user))
    is_spared = trusted_browsers.has_others(user, session_id=person.session_id)
    words = ngettext(
        "%(num)d other device is signed in.", "%(num)d other devices are signed in.", others
    )
    none = _("No other device is signed in.")
    spared = _("No other device is signed in, but one is not asked for the second step.")
    return Step(
        "sessions",
        _("Sign out everywhere else"),
        words if others else spared if is_spared else none,
        is_done=not others and not is_spared,
        url=url_for("account.end_other_sessions"),
        label=_("Sign out everywhere else"),
        acts=True,
    )


def _password(_person: SignedIn, user: User) -> Step:
    changed_at = passwords.changed_at(user.id)
    is_done = changed_at is not None and changed_at > now() - LATELY
    asked = _("Choose one that you use nowhere else. What was signed in with the old one ends.")
    return Step(
        "password",
        _("Change your password"),
        _("You have just changed it.") if is_done else asked,
        is_done=is_done,
        url=url_for("account.security", back=BACK),
        label=_("Change password"),
    )


def _second_step(_person: SignedIn, user: User) -> Step:
    title = _("Check your second step")
    if not user.has_second_step:
        words = _("With one, somebody who knows your password still cannot sign in.")
        url, label = url_for("account.second_step"), _("Set up a second step")
        return Step("second-step", title, words, is_done=False, url=url, label=label)
    words = ngettext(
        "It is on. %(num)d recovery code is left; make new ones if somebody may have seen them.",
        "It is on. %(num)d recovery codes are left; make new ones if somebody may have seen them.",
        recovery_codes.left(user.id),
    )
    url, label = url_for("account.recovery_codes"), _("Make new recovery codes")
    return Step("second-step", title, words, is_done=True, url=url, label=label)


def _passkeys(_person: SignedIn, user: User) -> Step:
    title, count = _("Check your passkeys"), passkeys.count(user.id)
    if not count:
        return Step("passkeys", title, _("No passkey signs you in."), is_done=True)
    words = ngettext(
        "%(num)d passkey signs you in. Remove what you don't know.",
        "%(num)d passkeys sign you in. Remove what you don't know.",
        count,
    )
    url, label = url_for("account.passkeys"), _("Look at your passkeys")
    return Step("passkeys", title, words, is_done=None, url=url, label=label)


def _apps(_person: SignedIn, user: User) -> Step:
    count = len(consents.of_user(user.id))
    words = ngettext(
        "%(num)d app may use your account. Remove what you don't know.",
        "%(num)d apps may use your account. Remove what you don't know.",
        count,
    )
    title = _("Look through your apps")
    if not count:
        return Step("apps", title, _("No app may use your account."), is_done=True)
    url, label = url_for("account.apps"), _("Look at your apps")
    return Step("apps", title, words, is_done=None, url=url, label=label)


def _upstreams(_person: SignedIn, user: User) -> Step:
    title, count = _("Check who else signs you in"), len(upstream_identities.of_user(user.id))
    if not count:
        return Step("upstreams", title, _("No account elsewhere signs you in."), is_done=True)
    words = ngettext(
        "%(num)d account elsewhere signs you in. Remove what you don't know.",
        "%(num)d accounts elsewhere sign you in. Remove what you don't know.",
        count,
    )
    url, label = url_for("account.upstreams"), _("Look at what is linked")
    return Step("upstreams", title, words, is_done=None, url=url, label=label)


def _email(_person: SignedIn, user: User) -> Step:
    """Each confirmed address can ask for a new password, one that somebody has added as well."""
    title, count = _("Check your mailbox"), len(addresses.of_user(user))
    if count > 1:
        words = ngettext(
            "Whoever reads mail to your address can choose a new password.",
            "Whoever reads mail to one of your %(num)d addresses can choose a new password. "
            "Remove what you don't know.",
            count,
        )
        url, label = url_for("account.emails"), _("Look at your addresses")
        return Step("email", title, words, is_done=None, url=url, label=label)
    words = _(
        "Whoever reads mail to %(email)s can choose a new password. Change the password of that "
        "mailbox too if somebody else may know it.",
        email=user.email,
    )
    return Step("email", title, words, is_done=None)


#: In this order: first whoever is in goes out, then the ways in are shut.
STEPS: tuple[Callable[[SignedIn, User], Step], ...] = (
    _sessions,
    _password,
    _second_step,
    _passkeys,
    _upstreams,
    _apps,
    _email,
)
