"""What a trace says in plain words: what happened, who can mend it, and where."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _

from app.models import Attempt
from app.oidc.reasons import REASONS
from app.oidc.reasons.reason import ACCOUNT, SECRETS, SWITCH, UPSTREAM
from app.web import doctor
from app.web.admin import client_sections

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
    "terms_not_agreed": _("Waiting: the person has to agree to the terms."),
    "details_missing": _("Waiting: the person is asked for further details."),
    "consent_missing": _("Waiting for the person to give permission."),
    "scope_needed": _("Waiting: the application needs something that the person left out."),
    "device_shown": _("Waiting for the person to type the code of the device."),
    "came_by_post": _("The request came as a form and goes on in the browser."),
}
#: Where on the page of an application it is changed, when that is no field of its own.
_ANCHORS = {
    SECRETS: "secrets",
    SWITCH: "end",
    "response_types": "grant_types",
    "required_scopes": "scope",
}
_PLACES: dict[str, LazyString] = {
    ACCOUNT: _("The account"),
    SECRETS: _("Secrets"),
    SWITCH: _("Turn off or delete"),
    UPSTREAM: _("Other providers"),
    "required_scopes": _("Permissions"),
}
_DONE: dict[str, LazyString] = {
    "sign_in": _("The person has signed in."),
    "upstream": _("The person has come back from another provider."),
    "authorize": _("The person is on the way back with a code."),
    "device": _("The person has connected the device."),
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
    """Return why it was refused, and what mends it; the protocol's reasons stay in English."""
    reason = REASONS.get(attempt.reason)
    if reason is None:
        return str(_("Refused.")), ""
    if reason.error:
        return reason.description, reason.fix
    return gettext(reason.description), gettext(reason.fix)


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
        "checks": [_check(check) for check in attempt.checks],
        "fix": _refused(attempt)[1] if refused else "",
        "who": _who(attempt) if attempt.reason else "",
        "setting": _setting(attempt.reason) if refused else "",
        "fix_url": _place(attempt, **known) if refused else None,
        "add_url": _add_url(attempt) if refused and client_is_known else None,
    }


def _check(check: dict[str, Any]) -> dict[str, Any]:
    """Return one check with what the redirect doctor found, if it looked."""
    return {
        **check,
        "causes": doctor.words(check.get("causes", ())),
        "compared": doctor.compared(check),
    }


def _who(attempt: Attempt) -> str:
    reason = REASONS.get(attempt.reason)
    return reason.mender if reason else "person"


def _setting(reason: str) -> str:
    """Return the name of what has to be changed, as it stands where it is changed."""
    found = REASONS.get(reason)
    name = found.setting if found else ""
    if name in _PLACES:
        return str(_PLACES[name])
    return client_sections.label(name) or name


def _add_url(attempt: Attempt) -> str | None:
    """Return where the address that came can be added, None when there is none to add."""
    if attempt.reason != "redirect_uri_mismatch" or "address" not in attempt.checks[-1]:
        return None
    return url_for("admin.add_address", client_id=attempt.client_id, reference=attempt.reference)


def _place(attempt: Attempt, *, client_is_known: bool, sees_users: bool) -> str | None:
    """Return the address of the very setting, None where there is none to open."""
    reason = REASONS.get(attempt.reason)
    setting = reason.setting if reason else ""
    if setting == ACCOUNT:
        user_id = attempt.user_id
        is_shown = user_id is not None and sees_users
        return url_for("admin.user", user_id=user_id) if is_shown else None
    if setting == UPSTREAM:
        return url_for("admin.upstreams") if sees_users else None
    if not setting or setting.startswith("SEALWAX_") or not client_is_known:
        return None
    anchor = _ANCHORS.get(setting, setting)
    return url_for("admin.client", client_id=attempt.client_id, _anchor=anchor)
