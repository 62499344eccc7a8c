"""What a trace says in plain words: what happened, who can mend it, and where."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from flask import url_for
from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _
from markupsafe import Markup

from app.models import Attempt
from app.oidc.reasons import REASONS
from app.oidc.reasons.reason import ACCOUNT, SECRETS, SWITCH, UPSTREAM
from app.services.authorization.stories import Story, is_left
from app.web.admin import check_sentences, client_sections
from app.web.rendering import english

#: True while the person is waited for, and when they have come.
_ASKED: dict[str, LazyString] = {
    "account_wanted": _("The application asked for a new account."),
    "sign_up_closed": _("The application asked for a new account; sign-up is closed."),
    "no_session": _("The person was asked to sign in."),
    "login_demanded": _("The application asked for a new sign-in."),
    "session_too_old": _("The last sign-in was too old for the application."),
    "set_up_demanded": _("A second step had to be set up after a new sign-in."),
    "second_step_owed": _("The person was asked to set up a second step."),
    "another_user": _("The application expected somebody else."),
    "acr_not_reached": _("The application asked for a second step."),
    "account_not_chosen": _("The person was asked to choose an account."),
    "terms_not_agreed": _("The person was asked to agree to the terms."),
    "details_missing": _("The person was asked for further details."),
    "consent_missing": _("The person was asked for permission."),
    "scope_needed": _("The application needs something that the person left out."),
    "device_shown": _("The person was asked to type the code of the device."),
    "came_by_post": _("The request came as a form and went on in the browser."),
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
    "authorize": _("The person went back to the application with a code."),
    "device": _("The person has connected the device."),
    "token": _("The application has its tokens."),
    "userinfo": _("The application has read about the person."),
}


def of(attempt: Attempt) -> str:
    """Return what happened, in one sentence; the protocol's reasons stay in English."""
    if attempt.outcome == "refused":
        reason = REASONS.get(attempt.reason)
        if reason is None:
            return str(_("Refused."))
        return reason.description if reason.error else gettext(reason.description)
    if attempt.outcome == "waiting":
        return str(_ASKED.get(attempt.reason) or _("The person was asked something."))
    return str(_DONE.get(attempt.endpoint) or _("Worked."))


def line(story: Story) -> dict[str, Any]:
    """Return what lists show of a sign-in: how it stands, and what was refused on the way."""
    last = story.last
    return {
        "reference": last.reference,
        "at": last.at,
        "outcome": "left" if is_left(last) else last.outcome,
        "sentence": _shown(last),
        "refused": _shown(story.refused) if story.refused else "",
        "client_id": story.client_id,
    }


def _shown(attempt: Attempt) -> Markup | str:
    """Return what happened as pages show it: the protocol's English stays readable in Arabic."""
    reason = REASONS.get(attempt.reason) if attempt.outcome == "refused" else None
    return english(reason.description) if reason and reason.error else of(attempt)


def _fix(attempt: Attempt) -> Markup | str:
    """Return what mends a refusal, empty when nobody knows."""
    reason = REASONS.get(attempt.reason)
    if reason is None:
        return ""
    return english(reason.fix) if reason.error else gettext(reason.fix)


def visit(attempt: Attempt, *, client_is_known: bool, sees_users: bool) -> dict[str, Any]:
    """Return one visit of a sign-in with its checks, and how to mend what stopped it."""
    known = {"client_is_known": client_is_known, "sees_users": sees_users}
    refused = attempt.outcome == "refused"
    return {
        **line(Story(attempt)),
        "endpoint": attempt.endpoint,
        "reason": attempt.reason,
        "checks": [check_sentences.told(attempt.endpoint, check) for check in attempt.checks],
        "fix": _fix(attempt) if refused else "",
        "who": _who(attempt) if attempt.reason else "",
        "setting": _setting(attempt.reason) if refused else "",
        "fix_url": _place(attempt, **known) if refused else None,
        "add_url": _add_url(attempt) if refused and client_is_known else None,
    }


def story(visits: Sequence[Attempt], *, known: Collection[str], sees_users: bool) -> list[Any]:
    """Return every visit of a sign-in, oldest first; what was waited for and came, went on.

    `known` are the IDs of the applications that there are.
    """
    told = [
        visit(row, client_is_known=row.client_id in known, sees_users=sees_users) for row in visits
    ]
    for earlier in told[:-1]:
        if earlier["outcome"] in {"waiting", "left"}:
            earlier["outcome"] = "went_on"
    return told


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
