"""What a trace says in plain words: what happened, who can mend it, and where."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from app.models import Attempt
from app.oidc.reasons import REASONS

ACCOUNT = "account"
#: Reasons that an administrator can mend: with the section of the application's page, or on the
#: page of the account.
MENDED_HERE = {
    "user_turned_off": ACCOUNT,
    "redirect_uri_mismatch": "addresses",
    "scope_not_allowed": "permissions",
    "response_type_not_allowed": "keys",
    "grant_type_not_allowed": "keys",
    "introspection_not_allowed": "keys",
    "client_turned_off": "end",
}
#: Reasons that only the person in front of the browser can mend.
MENDED_BY_PERSON = frozenset(
    {
        "no_session",
        "login_demanded",
        "session_too_old",
        "set_up_demanded",
        "second_step_owed",
        "another_user",
        "acr_not_reached",
        "account_not_chosen",
        "consent_missing",
        "consent_refused",
        "account_secured",
        "second_step_demanded",
        "session_ended",
        "upstream_state_unknown",
        "upstream_session_differs",
        "upstream_taken",
    }
)
#: What the sign-in page refuses, in words, and what helps; the protocol has its own table.
_AT_SIGN_IN: dict[str, tuple[LazyString, LazyString]] = {
    "password_wrong": (
        _("The address and the password did not match."),
        _("The person types both again. Look whether there is an account with this address."),
    ),
    "sign_in_throttled": (
        _("Too many tries: the sign-in has to wait."),
        _("It ends by itself. If it was not the person, somebody is guessing the password."),
    ),
    "code_wrong": (
        _("The code of the second step was not right."),
        _("The person looks at the authenticator app again; the clock of the phone must be right."),
    ),
    "code_used": (
        _("The code of the second step was used before."),
        _("The person waits half a minute for the next one."),
    ),
    "app_locked": (
        _("The authenticator app is locked: too many codes in a row were wrong."),
        _(
            "The person uses a recovery code or a passkey, and changes the password: somebody else"
            " may know it. Without either, reset the second step."
        ),
    ),
    "mailbox_code_wrong": (
        _("The code from the mail was not right, before a second step could be set up."),
        _("The person types the code of the newest mail, or asks for a new one."),
    ),
    "recovery_code_wrong": (
        _("The recovery code was not right, or was used before."),
        _("The person tries another one of the ten. Without any left, reset the second step."),
    ),
    "passkey_wrong": (
        _("The passkey did not pass a check."),
        _("The person tries again. The check names what was wrong with the browser's answer."),
    ),
    "passkey_unknown": (
        _("The passkey is nobody's: it was removed, or its account is gone."),
        _("The person signs in another way, and deletes the passkey on the device."),
    ),
    "passkey_stale": (
        _("The page was open too long, or the passkey's answer was sent twice."),
        _("The person tries again."),
    ),
    "passkey_copied": (
        _("The passkey's counter went back: there may be a copy of it."),
        _("The person was told by mail; they remove the passkey and make a new one."),
    ),
    "user_turned_off": (
        _("The account is turned off."),
        _("Turn the account on again, if that is right."),
    ),
}
_WAITING: dict[str, LazyString] = {
    "account_wanted": _("Waiting: the application wants a new account."),
    "sign_up_closed": _("Waiting: the application wants a new account; sign-up is closed."),
    "no_session": _("Waiting for the person to sign in."),
    "login_demanded": _("Waiting: the application wants a new sign-in."),
    "session_too_old": _("Waiting: the last sign-in is too old for the application."),
    "set_up_demanded": _("Waiting: a second step has to be set up after a new sign-in."),
    "second_step_owed": _("Waiting: the person has to set up a second step."),
    "another_user": _("Waiting: the application expects somebody else."),
    "acr_not_reached": _("Waiting: the application wants a second step."),
    "account_not_chosen": _("Waiting for the person to choose an account."),
    "consent_missing": _("Waiting for the person to give permission."),
    "came_by_post": _("The request came as a form and goes on in the browser."),
}
_DONE: dict[str, LazyString] = {
    "sign_in": _("The person has signed in."),
    "upstream": _("The person has come back from another provider."),
    "authorize": _("The person is on the way back with a code."),
    "token": _("The application has its tokens."),
    "userinfo": _("The application has read about the person."),
}


def of(attempt: Attempt) -> str:
    """Return what happened, in one sentence."""
    if attempt.outcome == "refused":
        return _refused(attempt)[0]
    if attempt.outcome == "waiting":
        return str(_WAITING.get(attempt.reason) or _("Waiting for the person."))
    return str(_DONE.get(attempt.endpoint) or _("Worked."))


def _refused(attempt: Attempt) -> tuple[str, str]:
    """Return why it was refused, and what mends it."""
    if attempt.endpoint == "sign_in" and attempt.reason in _AT_SIGN_IN:
        sentence, fix = _AT_SIGN_IN[attempt.reason]
        return str(sentence), str(fix)
    reason = REASONS.get(attempt.reason)
    return (reason.description, reason.fix) if reason else (str(_("Refused.")), "")


def line(attempt: Attempt) -> dict[str, Any]:
    """Return what lists show of an attempt."""
    return {
        "reference": attempt.reference,
        "at": attempt.at,
        "endpoint": attempt.endpoint,
        "outcome": attempt.outcome,
        "sentence": of(attempt),
        "client_id": attempt.client_id,
    }


def visit(attempt: Attempt, *, client_is_known: bool, sees_users: bool) -> dict[str, Any]:
    """Return one visit of a sign-in with its checks, and how to mend what stopped it."""
    known = {"client_is_known": client_is_known, "sees_users": sees_users}
    refused = attempt.outcome == "refused"
    return {
        **line(attempt),
        "reason": attempt.reason,
        "checks": attempt.checks,
        "fix": _refused(attempt)[1] if refused else "",
        "who": _who(attempt.reason) if attempt.reason else "",
        "fix_url": _place(attempt, **known) if refused else None,
    }


def _who(reason: str) -> str:
    if reason in MENDED_HERE:
        return "you"
    if reason.startswith("upstream_"):
        return "person" if reason in MENDED_BY_PERSON else "you"
    return "app" if reason in REASONS and reason not in MENDED_BY_PERSON else "person"


def _place(attempt: Attempt, *, client_is_known: bool, sees_users: bool) -> str | None:
    section = MENDED_HERE.get(attempt.reason)
    if section == ACCOUNT and attempt.user_id is not None and sees_users:
        return url_for("admin.user", user_id=attempt.user_id)
    if section in {None, ACCOUNT} or not client_is_known:
        return None
    return url_for("admin.client", client_id=attempt.client_id, _anchor=section)
