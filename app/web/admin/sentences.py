"""What a trace says in plain words: what happened, who can mend it, and where."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from app.models import Attempt
from app.oidc.reasons import REASONS

#: Reasons that an administrator can mend, with the section of the application's page.
MENDED_HERE = {
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
        "another_user",
        "account_not_chosen",
        "consent_missing",
        "consent_refused",
        "account_secured",
        "session_ended",
    }
)
_WAITING: dict[str, LazyString] = {
    "no_session": _("Waiting for the person to sign in."),
    "login_demanded": _("Waiting: the application wants a new sign-in."),
    "session_too_old": _("Waiting: the last sign-in is too old for the application."),
    "another_user": _("Waiting: the application expects somebody else."),
    "account_not_chosen": _("Waiting for the person to choose an account."),
    "consent_missing": _("Waiting for the person to give permission."),
    "came_by_post": _("The request came as a form and goes on in the browser."),
}
_DONE: dict[str, LazyString] = {
    "authorize": _("The person is on the way back with a code."),
    "token": _("The application has its tokens."),
    "userinfo": _("The application has read about the person."),
}


def of(attempt: Attempt) -> str:
    """Return what happened, in one sentence."""
    if attempt.outcome == "refused":
        reason = REASONS.get(attempt.reason)
        return reason.description if reason else str(_("Refused."))
    if attempt.outcome == "waiting":
        return str(_WAITING.get(attempt.reason) or _("Waiting for the person."))
    return str(_DONE.get(attempt.endpoint) or _("Worked."))


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


def visit(attempt: Attempt, *, client_is_known: bool) -> dict[str, Any]:
    """Return one visit of a sign-in with its checks, and how to mend what stopped it."""
    refused = attempt.outcome == "refused"
    reason = REASONS.get(attempt.reason)
    return {
        **line(attempt),
        "reason": attempt.reason,
        "checks": attempt.checks,
        "fix": reason.fix if refused and reason else "",
        "who": _who(attempt.reason) if attempt.reason else "",
        "fix_url": _place(attempt) if refused and client_is_known else None,
    }


def _who(reason: str) -> str:
    if reason in MENDED_BY_PERSON or reason not in REASONS:
        return "person"
    return "you" if reason in MENDED_HERE else "app"


def _place(attempt: Attempt) -> str | None:
    section = MENDED_HERE.get(attempt.reason)
    if section is None:
        return None
    return url_for("admin.client", client_id=attempt.client_id, _anchor=section)
