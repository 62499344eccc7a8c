"""What an audit row says in plain words, and what rows are looked for together."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from app.services.clients import overview
from app.services.upkeep.audit import Event

WORDS: dict[Event, LazyString] = {
    Event.SIGNED_UP: _("Made an account"),
    Event.USER_CREATED: _("Account made"),
    Event.SHARES_SEEN: _("What somebody shares with applications was looked at"),
    Event.USERS_IMPORTED: _("People imported from a file"),
    Event.INVITED: _("Invitation sent"),
    Event.INVITATION_REVOKED: _("Invitation taken back"),
    Event.INVITATION_ACCEPTED: _("Invitation accepted, account made"),
    Event.DELETION_ASKED: _("Deletion of the account asked for"),
    Event.DELETION_CANCELLED: _("Account kept after all"),
    Event.ERASED: _("Account deleted for good"),
    Event.USER_TURNED_OFF: _("Account turned off"),
    Event.USER_TURNED_ON: _("Account turned on again"),
    Event.ROLE_GIVEN: _("Role given"),
    Event.ROLE_TAKEN: _("Role taken away"),
    Event.SIGNED_IN: _("Signed in"),
    Event.SIGN_IN_REFUSED: _("Sign-in refused"),
    Event.SIGNED_OUT: _("Signed out"),
    Event.SESSIONS_TOO_MANY: _("Signed out where it was longest unused: too many sessions"),
    Event.SIGNED_OUT_EVERYWHERE: _("Signed out everywhere"),
    Event.PASSWORD_CHANGED: _("Password changed"),
    Event.RESET_ASKED: _("Link for a new password asked for"),
    Event.PASSWORD_RESET: _("New password chosen with a mailed link"),
    Event.ADDRESS_ADDED: _("Email address added"),
    Event.ADDRESS_REMOVED: _("Email address removed"),
    Event.ADDRESS_VERIFIED: _("Email address confirmed by hand"),
    Event.ADDRESS_CONFIRMED: _("Email address confirmed at the sign-in"),
    Event.PRIMARY_CHANGED: _("Primary email address changed"),
    Event.PRIMARY_REVERTED: _("Change of the primary email address taken back"),
    Event.SECOND_STEP_ON: _("Second step turned on"),
    Event.SECOND_STEP_OFF: _("Second step turned off"),
    Event.SECOND_STEP_RESET: _("Second step reset"),
    Event.SECOND_STEP_REFUSED: _("Second step refused after a right password"),
    Event.SECOND_STEP_LOCKED: _("Authenticator app locked after many wrong codes"),
    Event.BROWSER_TRUSTED: _("A device was set not to be asked for the second step"),
    Event.BROWSER_FORGOTTEN: _("The second step is asked for on a device again"),
    Event.RECOVERY_CODES_MADE: _("New recovery codes made"),
    Event.RECOVERY_CODE_USED: _("A recovery code was used"),
    Event.PASSKEY_ADDED: _("Passkey added"),
    Event.PASSKEY_RENAMED: _("Passkey renamed"),
    Event.PASSKEY_REMOVED: _("Passkey removed"),
    Event.PASSKEY_COPIED: _("Passkey refused: there may be a copy of it"),
    Event.PROFILE_CHANGED: _("Profile changed"),
    Event.TERMS_AGREED: _("Agreed to the terms"),
    Event.EXPORT_ASKED: _("Asked for a file with everything about themselves"),
    Event.EXPORTED: _("Downloaded everything about themselves"),
    Event.CONSENT_GIVEN: _("Access allowed to an application"),
    Event.CONSENT_REFUSED: _("Access not allowed to an application"),
    Event.CONSENT_NARROWED: _("Access of an application cut down"),
    Event.CONSENT_WITHDRAWN: _("Access of an application removed"),
    Event.CONSENT_RESTORED: _("Access of an application restored"),
    Event.DEVICE_CONNECTED: _("Device connected"),
    Event.CODE_REPLAYED: _("An authorization code was used twice: its tokens are revoked"),
    Event.REFRESH_REPLAYED: _("A refresh token was used twice: its family is revoked"),
    Event.REFRESH_RETRIED: _("A refresh was asked for again and answered as before"),
    Event.TOKEN_REVOKED: _("Token revoked by the application"),
    Event.CLIENT_REGISTERED: _("Application registered"),
    Event.CLIENT_CHANGED: _("Application changed"),
    Event.CLIENT_TIGHTENED: _("What an application does not use was taken away"),
    Event.CLIENT_RESTORED: _("What was taken away from an application was given back"),
    Event.REDIRECT_ADDED: _("Redirect address added to an application"),
    Event.CAPTURE_STARTED: _("Unknown redirect addresses are caught for ten minutes"),
    Event.INITIAL_TOKEN_MADE: _("Initial access token made"),
    Event.INITIAL_TOKEN_REVOKED: _("Initial access token revoked"),
    Event.TOKEN_LOOKED_AT: _("A token was looked at"),
    Event.CLIENT_TRIED: _("Test sign-in run"),
    Event.CLIENT_TURNED_OFF: _("Application turned off"),
    Event.CLIENT_TURNED_ON: _("Application turned on again"),
    Event.CLIENT_DELETED: _("Application deleted"),
    Event.OWNER_ADDED: _("Owner of an application added"),
    Event.OWNER_REMOVED: _("Owner of an application removed"),
    Event.SECRET_ADDED: _("Secret added to an application"),
    Event.SECRET_REVOKED: _("Secret of an application revoked"),
    Event.GROUP_MADE: _("Group made"),
    Event.GROUP_CHANGED: _("Group changed"),
    Event.GROUP_DELETED: _("Group deleted"),
    Event.MEMBER_ADDED: _("Added to a group"),
    Event.MEMBER_REMOVED: _("Taken out of a group"),
    Event.KEY_MADE: _("Signing key made"),
    Event.KEY_ROTATED: _("Signing key rotated"),
    Event.KEY_RETIRED: _("Signing key removed"),
    Event.KEY_REVOKED: _("Signing key revoked at once"),
    Event.SCOPE_MADE: _("Scope made"),
    Event.SCOPE_CHANGED: _("Scope changed"),
    Event.SCOPE_TURNED_OFF: _("Scope turned off"),
    Event.SCOPE_TURNED_ON: _("Scope turned on again"),
    Event.SCOPE_DELETED: _("Scope deleted"),
    Event.BRANDING_CHANGED: _("Settings and branding changed"),
    Event.UPSTREAM_LINKED: _("A sign-in elsewhere was linked"),
    Event.UPSTREAM_REMOVED: _("A linked sign-in was removed"),
    Event.UPSTREAM_ADDED: _("Other provider added"),
    Event.UPSTREAM_CHANGED: _("Other provider changed"),
    Event.UPSTREAM_TURNED_OFF: _("Other provider turned off"),
    Event.UPSTREAM_TURNED_ON: _("Other provider turned on again"),
    Event.UPSTREAM_DELETED: _("Other provider deleted"),
    Event.SET_UP: _("The provider was set up"),
    Event.MAIL_TESTED: _("A test mail was sent"),
    Event.KEYS_COPIED: _("Somebody said that there is a copy of the encryption key"),
    Event.CHECKLIST_HIDDEN: _("The list of what to do after the set-up was hidden"),
    Event.AUDIT_EXPORTED: _("Audit log exported"),
}
#: The groups of audit_search, by what they are called on the page.
GROUP_WORDS: dict[str, LazyString] = {
    "sign_ins": _("Sign-ins"),
    "refused": _("Refused sign-ins"),
    "accounts": _("New accounts"),
    "deletions": _("Deleted accounts"),
    "ways_in": _("Passwords, passkeys, second steps"),
    "consents": _("Access of applications"),
    "replays": _("Codes and tokens used twice"),
    "administrators": _("Changes by administrators"),
}
#: Single events stand under what they are about: the part of their name before the dot.
SUBJECTS: tuple[tuple[LazyString, frozenset[str]], ...] = (
    (_("Sign-ins"), frozenset({"session"})),
    (_("Users"), frozenset({"user", "invitation", "role", "profile", "address", "terms"})),
    (
        _("Passwords, passkeys, second steps"),
        frozenset(
            {"password", "passkey", "second_step", "recovery_code", "recovery_codes", "browser"}
        ),
    ),
    (
        _("Access of applications"),
        frozenset({"consent", "device", "code", "refresh_token", "token"}),
    ),
    (_("Applications"), frozenset({"client", "client_secret", "initial_access_token"})),
    (_("Groups"), frozenset({"group"})),
    (_("Scopes and claims"), frozenset({"scope"})),
    (_("Other providers"), frozenset({"upstream", "upstream_provider"})),
    (_("Keys"), frozenset({"key"})),
    (_("Service"), frozenset({"branding", "provider", "audit"})),
)
REFUSALS = frozenset(
    {
        Event.SIGN_IN_REFUSED,
        Event.SECOND_STEP_REFUSED,
        Event.PASSKEY_COPIED,
        Event.CONSENT_REFUSED,
        Event.CODE_REPLAYED,
        Event.REFRESH_REPLAYED,
    }
)


def choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what events can be chosen: several at once, and then each under its subject."""
    together = [(name, str(words)) for name, words in GROUP_WORDS.items()]
    single = [(str(words), _about(names)) for words, names in SUBJECTS]
    return [(str(_("Several")), together), *single]


def _about(subjects: frozenset[str]) -> list[tuple[str, str]]:
    found = [(event, words) for event, words in WORDS.items() if _subject(event) in subjects]
    return sorted(
        ((event.value, str(words)) for event, words in found), key=lambda one: one[1].casefold()
    )


def _subject(event: str) -> str:
    return event.partition(".")[0]


def of(event: str) -> str:
    """Return what an event is called; one that a newer version wrote has its own name alone."""
    known = {member.value: words for member, words in WORDS.items()}
    return str(known.get(event, event))


def lines(rows: Any) -> list[dict[str, Any]]:
    """Return what lists show of audit rows, with the names of everybody in them."""
    people = overview.addresses({number for row in rows for number in (row.actor_id, row.user_id)})
    names = overview.names({row.client_id for row in rows})
    return [
        {
            "id": row.id,
            "at": row.at,
            "event": row.event,
            "sentence": of(row.event),
            "outcome": "refused" if row.event in REFUSALS else "ok",
            "by": person(row.actor_id, people),
            "about": person(row.user_id, people) if row.user_id != row.actor_id else None,
            "app": _app(row.client_id, names),
            "address": row.address,
            "reference": row.reference,
        }
        for row in rows
    ]


def person(number: int | None, people: dict[int, str]) -> dict[str, Any] | None:
    """Return somebody's name and page; both of nobody are empty, somebody gone has no page."""
    if number is None:
        return None
    if number not in people:
        return {"name": str(_("Deleted account")), "url": None}
    return {"name": people[number], "url": url_for("admin.user", user_id=number)}


def _app(client_id: str, names: dict[str, str]) -> dict[str, Any] | None:
    if not client_id:
        return None
    if client_id not in names:
        return {"name": client_id, "url": None}
    return {"name": names[client_id], "url": url_for("admin.client", client_id=client_id)}
