"""The first page of one's account: is it safe, what happened lately, and the way to all else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.models import User
from app.services.people import passkeys, passwords, recovery_codes, users
from app.web import pictures
from app.web.access import SIGNED_IN, needs
from app.web.account import activity
from app.web.account.desk import blueprint, show, somebody

RECENT = 3


@dataclass(frozen=True, slots=True)
class Check:
    """A line of the check-up; one that is not good says what to do about it."""

    words: str
    is_good: bool
    url: str = ""
    label: str = ""
    #: A time that belongs to the line.
    at: datetime | None = None


@blueprint.get("/")
@needs(SIGNED_IN)
def home() -> ResponseReturnValue:
    """Show the check-up, the last events, and the way to everything (ux.md 2.14)."""
    user = users.get(somebody().user_id)
    checks = [check for ask in CHECKS if (check := ask(user)) is not None]
    return show(
        "account/home.html",
        offers_passkey=passkeys.is_worth_offering(user),
        checks=checks,
        advice=next((check for check in checks if not check.is_good), None),
        picture=pictures.shown(user.picture),
        recent=activity.latest(user.id, most=RECENT),
    )


def _second_step(user: User) -> Check:
    if user.has_second_step:
        return Check(_("A second step guards your account."), is_good=True)
    return Check(
        _("Your password alone signs you in."),
        is_good=False,
        url=url_for("account.second_step"),
        label=_("Set up a second step"),
    )


def _recovery_codes(user: User) -> Check | None:
    if not user.has_second_step:
        return None
    left = recovery_codes.left(user.id)
    words = ngettext("%(num)d recovery code is left.", "%(num)d recovery codes are left.", left)
    url, label = url_for("account.recovery_codes"), _("Make new recovery codes")
    return Check(words, is_good=left > recovery_codes.FEW, url=url, label=label)


def _passkeys(user: User) -> Check | None:
    """Tell of passkeys that are there; the offer of a first one has a card of its own."""
    count = passkeys.count(user.id)
    words = ngettext("%(num)d passkey signs you in.", "%(num)d passkeys sign you in.", count)
    return Check(words, is_good=True) if count else None


def _password(user: User) -> Check | None:
    """Tell how old the password is; age alone is no fault (NIST SP 800-63B-4 §3.1.1.2)."""
    changed_at = passwords.changed_at(user.id)
    return Check(_("Your password is from:"), is_good=True, at=changed_at) if changed_at else None


#: In this order; a new way to sign in adds its line here.
CHECKS: tuple[Callable[[User], Check | None], ...] = (
    _passkeys,
    _second_step,
    _recovery_codes,
    _password,
)
