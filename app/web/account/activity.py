"""What was done with one's account lately, in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from app.models import AuditEvent
from app.services.clients import overview
from app.services.upkeep import audit
from app.services.upkeep.audit import Event
from app.web import agents
from app.web.access import SIGNED_IN, needs
from app.web.account.desk import blueprint, show, somebody

PAGE = 25
LONGEST_ID = 9
#: What a person reads; an event that is missing here is none of theirs.
WORDS = {
    Event.SIGNED_UP: _("You made this account"),
    Event.USER_CREATED: _("This account was made for you"),
    Event.INVITATION_ACCEPTED: _("You were invited and made this account"),
    Event.DELETION_ASKED: _("Deletion of your account asked for"),
    Event.DELETION_CANCELLED: _("Your account was kept after all"),
    Event.USER_TURNED_OFF: _("An administrator turned your account off"),
    Event.USER_TURNED_ON: _("An administrator turned your account on again"),
    Event.SHARES_SEEN: _("An administrator looked at what you share with apps"),
    Event.SIGNED_IN: _("Signed in"),
    Event.SIGN_IN_REFUSED: _("Somebody tried to sign in and could not"),
    Event.SIGNED_OUT: _("Signed out"),
    Event.SIGNED_OUT_EVERYWHERE: _("Signed out on other devices"),
    Event.SESSIONS_TOO_MANY: _("Signed out where you had not been for longest: too many devices"),
    Event.PASSWORD_CHANGED: _("Password changed"),
    Event.RESET_ASKED: _("A link for a new password was asked for"),
    Event.PASSWORD_RESET: _("New password chosen with a mailed link"),
    Event.ADDRESS_ADDED: _("Email address added"),
    Event.ADDRESS_REMOVED: _("Email address removed"),
    Event.ADDRESS_VERIFIED: _("An administrator confirmed your email address"),
    Event.ADDRESS_CONFIRMED: _("Email address confirmed at the sign-in"),
    Event.PRIMARY_CHANGED: _("Primary email address changed"),
    Event.PRIMARY_REVERTED: _("Change of the primary email address taken back"),
    Event.SECOND_STEP_ON: _("Second step turned on"),
    Event.SECOND_STEP_OFF: _("Second step turned off"),
    Event.SECOND_STEP_RESET: _("An administrator reset your second step"),
    Event.SECOND_STEP_REFUSED: _("Somebody knew your password and typed a wrong code"),
    Event.SECOND_STEP_LOCKED: _("Your authenticator app was locked after too many wrong codes"),
    Event.BROWSER_TRUSTED: _("A device was set not to be asked for the second step"),
    Event.BROWSER_FORGOTTEN: _("The second step is asked for on a device again"),
    Event.RECOVERY_CODES_MADE: _("New recovery codes made"),
    Event.RECOVERY_CODE_USED: _("A recovery code was used"),
    Event.ROLE_GIVEN: _("An administrator gave you a role"),
    Event.ROLE_TAKEN: _("An administrator took a role from you"),
    Event.OWNER_ADDED: _("You became the owner of an application"),
    Event.OWNER_REMOVED: _("You are no longer the owner of an application"),
    Event.MEMBER_ADDED: _("An administrator added you to a group"),
    Event.MEMBER_REMOVED: _("An administrator took you out of a group"),
    Event.PASSKEY_ADDED: _("Passkey added"),
    Event.PASSKEY_RENAMED: _("Passkey renamed"),
    Event.PASSKEY_REMOVED: _("Passkey removed"),
    Event.PASSKEY_COPIED: _("A passkey was refused: there may be a copy of it"),
    Event.UPSTREAM_LINKED: _("A sign-in elsewhere was linked"),
    Event.UPSTREAM_REMOVED: _("A linked sign-in was removed"),
    Event.PROFILE_CHANGED: _("Profile changed"),
    Event.EXPORT_ASKED: _("A file with everything about you asked for"),
    Event.EXPORTED: _("Everything about you downloaded"),
    Event.TERMS_AGREED: _("You agreed to the terms"),
    Event.CONSENT_GIVEN: _("Access allowed to an app"),
    Event.DEVICE_CONNECTED: _("Device connected"),
    Event.CONSENT_REFUSED: _("Access not allowed to an app"),
    Event.CONSENT_NARROWED: _("Access of an app cut down"),
    Event.CONSENT_WITHDRAWN: _("Access of an app removed"),
    Event.CONSENT_RESTORED: _("Access of an app restored"),
}
#: A newer version beside this one may know more events than `Event` has.
_BY_NAME: dict[str, Any] = {event.value: words for event, words in WORDS.items()}
#: What one may look at alone: its name in the address, what people read, how its events begin.
KINDS = (
    ("sign-ins", _("Sign-ins"), ("session.", "second_step.refused", "recovery_code.used")),
    ("apps", _("Access of apps"), ("consent.", "device.")),
    ("changes", _("Changes to your account"), ()),
)
#: What its owner should look at twice.
ALARMING = frozenset(
    {
        Event.SIGN_IN_REFUSED,
        Event.RESET_ASKED,
        Event.ADDRESS_ADDED,
        Event.PRIMARY_CHANGED,
        Event.PRIMARY_REVERTED,
        Event.SECOND_STEP_OFF,
        Event.SECOND_STEP_REFUSED,
        Event.SECOND_STEP_LOCKED,
        Event.BROWSER_TRUSTED,
        Event.RECOVERY_CODE_USED,
        Event.DEVICE_CONNECTED,
        Event.PASSKEY_ADDED,
        Event.PASSKEY_REMOVED,
        Event.PASSKEY_COPIED,
        Event.UPSTREAM_LINKED,
        Event.UPSTREAM_REMOVED,
        Event.EXPORT_ASKED,
        Event.EXPORTED,
        Event.DELETION_ASKED,
    }
)


@blueprint.get("/activity")
@needs(SIGNED_IN)
def activity() -> ResponseReturnValue:
    """Show the last ninety days, a page at a time."""
    asked = request.args.get("before", "")
    before = (
        int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= LONGEST_ID else None
    )
    kind = request.args.get("kind", "")
    events = _events_of(kind)
    found = audit.of_user(somebody().user_id, most=PAGE + 1, before=before, events=events)
    return show(
        "account/activity.html",
        kind=kind if events else "",
        kinds=[(name, title) for name, title, _begins in KINDS],
        entries=_entries(found[:PAGE]),
        older=found[PAGE - 1].id if len(found) > PAGE else None,
        days=audit.OWN_HISTORY.days,
    )


def _events_of(kind: str) -> list[Event]:
    """Return the events of a kind; empty, which means all of them, for one that is not known.

    What no other kind has is a change.
    """
    begins = next((begins for name, _title, begins in KINDS if name == kind), None)
    if begins is None:
        return []
    if begins:
        return [event for event in WORDS if event.value.startswith(begins)]
    others = tuple(begin for _name, _title, begins in KINDS for begin in begins)
    return [event for event in WORDS if not event.value.startswith(others)]


def latest(user_id: int, *, most: int) -> list[dict[str, Any]]:
    """Return the last few entries that a person reads."""
    found = audit.of_user(user_id, most=PAGE)
    return _entries(found)[:most]


def _entries(found: Sequence[AuditEvent]) -> list[dict[str, Any]]:
    """Return what a person reads of these events, with the names of the apps in them."""
    client_ids = {event.client_id for event in found if event.client_id}
    names = overview.names(client_ids) if client_ids else {}
    return [entry for event in found if (entry := _entry(event, names))]


def _entry(event: AuditEvent, names: dict[str, str]) -> dict[str, Any] | None:
    words = _BY_NAME.get(event.event)
    if words is None:
        return None
    agent = str(event.details.get("agent") or "")
    return {
        "words": words,
        "app": names.get(event.client_id, ""),
        "at": event.at,
        "browser": agents.describe(agent) if agent else "",
        "address": audit.own_address(event),
        "is_alarming": event.event in ALARMING,
    }
