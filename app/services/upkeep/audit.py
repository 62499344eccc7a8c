"""The record of who did what: written in the transaction of the act it records."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ScalarSelect, bindparam, func, insert, or_, select

from app.clock import now
from app.database import UTCDateTime, db
from app.models import AuditEvent
from app.writes import Write

#: How far back people see what was done with their account.
OWN_HISTORY = timedelta(days=90)
#: Tries that did not work count together for this long.
REMEMBERED_TRIES = timedelta(days=1)


#: Without the mapper: a row that nobody reads in this request needs no object.
_INSERT = Write(insert(AuditEvent.__table__))


class Event(StrEnum):
    """The closed list of events."""

    SIGNED_UP = "user.signed_up"
    USER_CREATED = "user.created"
    USERS_IMPORTED = "user.imported"
    SHARES_SEEN = "user.shares_seen"
    INVITED = "invitation.sent"
    INVITATION_REVOKED = "invitation.revoked"
    INVITATION_ACCEPTED = "invitation.accepted"
    DELETION_ASKED = "user.deletion_asked"
    DELETION_CANCELLED = "user.deletion_cancelled"
    ERASED = "user.erased"
    USER_TURNED_OFF = "user.turned_off"
    USER_TURNED_ON = "user.turned_on"
    ROLE_GIVEN = "role.given"
    ROLE_TAKEN = "role.taken"
    SIGNED_IN = "session.started"
    SIGN_IN_REFUSED = "session.refused"
    SIGNED_OUT = "session.ended"
    SIGNED_OUT_EVERYWHERE = "session.ended_everywhere"
    SESSIONS_TOO_MANY = "session.too_many"
    PASSWORD_CHANGED = "password.changed"
    RESET_ASKED = "password.reset_asked"
    PASSWORD_RESET = "password.reset"
    ADDRESS_ADDED = "address.added"
    ADDRESS_REMOVED = "address.removed"
    ADDRESS_VERIFIED = "address.verified"
    ADDRESS_CONFIRMED = "address.confirmed"
    PRIMARY_CHANGED = "address.primary_changed"
    PRIMARY_REVERTED = "address.primary_reverted"
    SECOND_STEP_ON = "second_step.turned_on"
    SECOND_STEP_OFF = "second_step.turned_off"
    SECOND_STEP_RESET = "second_step.reset"
    SECOND_STEP_REFUSED = "second_step.refused"
    SECOND_STEP_LOCKED = "second_step.locked"
    BROWSER_TRUSTED = "browser.trusted"
    BROWSER_FORGOTTEN = "browser.forgotten"
    RECOVERY_CODES_MADE = "recovery_codes.made"
    RECOVERY_CODE_USED = "recovery_code.used"
    PASSKEY_ADDED = "passkey.added"
    PASSKEY_RENAMED = "passkey.renamed"
    PASSKEY_REMOVED = "passkey.removed"
    PASSKEY_COPIED = "passkey.counter_went_back"
    PROFILE_CHANGED = "profile.changed"
    EXPORT_ASKED = "profile.export_asked"
    EXPORTED = "profile.exported"
    TERMS_AGREED = "terms.agreed"
    CONSENT_GIVEN = "consent.given"
    CONSENT_REFUSED = "consent.refused"
    CONSENT_NARROWED = "consent.narrowed"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    CONSENT_RESTORED = "consent.restored"
    DEVICE_CONNECTED = "device.connected"
    CODE_REPLAYED = "code.replayed"
    REFRESH_REPLAYED = "refresh_token.replayed"
    REFRESH_RETRIED = "refresh_token.retried"
    TOKEN_LOOKED_AT = "token.looked_at"
    TOKEN_REVOKED = "token.revoked"
    CLIENT_REGISTERED = "client.registered"
    CLIENT_CHANGED = "client.changed"
    CLIENT_TIGHTENED = "client.tightened"
    CLIENT_RESTORED = "client.restored"
    REDIRECT_ADDED = "client.redirect_uri_added"
    CAPTURE_STARTED = "client.capture_started"
    INITIAL_TOKEN_MADE = "initial_access_token.made"
    INITIAL_TOKEN_REVOKED = "initial_access_token.revoked"
    CLIENT_TRIED = "client.tried"
    CLIENT_TURNED_OFF = "client.turned_off"
    CLIENT_TURNED_ON = "client.turned_on"
    CLIENT_DELETED = "client.deleted"
    OWNER_ADDED = "client.owner_added"
    OWNER_REMOVED = "client.owner_removed"
    SECRET_ADDED = "client_secret.added"
    SECRET_REVOKED = "client_secret.revoked"
    GROUP_MADE = "group.made"
    GROUP_CHANGED = "group.changed"
    GROUP_DELETED = "group.deleted"
    MEMBER_ADDED = "group.member_added"
    MEMBER_REMOVED = "group.member_removed"
    KEY_MADE = "key.made"
    KEY_ROTATED = "key.rotated"
    KEY_RETIRED = "key.retired"
    KEY_REVOKED = "key.revoked"
    SCOPE_MADE = "scope.made"
    SCOPE_CHANGED = "scope.changed"
    SCOPE_TURNED_OFF = "scope.turned_off"
    SCOPE_TURNED_ON = "scope.turned_on"
    SCOPE_DELETED = "scope.deleted"
    BRANDING_CHANGED = "branding.changed"
    UPSTREAM_LINKED = "upstream.linked"
    UPSTREAM_REMOVED = "upstream.removed"
    UPSTREAM_ADDED = "upstream_provider.added"
    UPSTREAM_CHANGED = "upstream_provider.changed"
    UPSTREAM_TURNED_OFF = "upstream_provider.turned_off"
    UPSTREAM_TURNED_ON = "upstream_provider.turned_on"
    UPSTREAM_DELETED = "upstream_provider.deleted"
    SET_UP = "provider.set_up"
    MAIL_TESTED = "provider.mail_tested"
    KEYS_COPIED = "provider.keys_copied"
    CHECKLIST_HIDDEN = "provider.checklist_hidden"
    AUDIT_EXPORTED = "audit.exported"


def record(
    event: Event,
    *,
    actor_id: int | None = None,
    user_id: int | None = None,
    client_id: str = "",
    address: str = "",
    reference: str = "",
    **details: Any,
) -> None:
    """Write that something was done; `details` hold plain values and never a secret."""
    db.session.flush()
    _INSERT.run(
        {
            "at": now(),
            "event": event.value,
            "actor_id": actor_id,
            "user_id": user_id,
            "client_id": client_id,
            "address": address,
            "reference": reference,
            "details": details,
        }
    )


def happened(events: Iterable[Event]) -> frozenset[Event]:
    """Return which of these events there is a row of."""
    column = AuditEvent.__table__.c.event
    found = db.session.scalars(select(column).where(column.in_(sorted(events))).distinct())
    return frozenset(Event(name) for name in found)


def refused_sign_ins() -> ScalarSelect[int]:
    """Return how many tries to sign in as a user have failed since a moment.

    As SQL, with the parameters `user_id` and `since`: it is asked beside other things.
    """
    events = AuditEvent.__table__
    mine = events.c.user_id == bindparam("user_id")
    refused = or_(
        events.c.event == Event.SIGN_IN_REFUSED.value,
        events.c.event == Event.SECOND_STEP_REFUSED.value,
    )
    lately = events.c.at > bindparam("since", type_=UTCDateTime())
    return select(func.count()).where(mine, refused, lately).scalar_subquery()


def own_address(event: AuditEvent) -> str:
    """Return from where something was done with an account, as its owner may read it.

    Where administrators sit is not for the users to know.
    """
    return event.address if event.actor_id in {None, event.user_id} else ""


def of_user(
    user_id: int, *, most: int, before: int | None = None, events: Collection[Event] = ()
) -> Sequence[AuditEvent]:
    """Return what was done with an account lately, the latest first; `before` is the last id seen.

    Of these events alone, where there are any.
    An administrator's own deeds with other people's accounts are not among it.
    """
    wanted = select(AuditEvent).where(
        AuditEvent.user_id == user_id, AuditEvent.at > now() - OWN_HISTORY
    )
    if before is not None:
        wanted = wanted.where(AuditEvent.id < before)
    if events:
        wanted = wanted.where(AuditEvent.event.in_(events))
    latest_first = wanted.order_by(AuditEvent.id.desc()).limit(most)
    return db.session.scalars(latest_first).all()
