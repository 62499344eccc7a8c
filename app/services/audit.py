"""The record of who did what: written in the transaction of the act it records."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from app.database import db
from app.models import AuditEvent


class Event(StrEnum):
    """The closed list of events."""

    SIGNED_UP = "user.signed_up"
    USER_CREATED = "user.created"
    USER_TURNED_OFF = "user.turned_off"
    USER_TURNED_ON = "user.turned_on"
    SIGNED_IN = "session.started"
    SIGN_IN_REFUSED = "session.refused"
    SIGNED_OUT = "session.ended"
    SIGNED_OUT_EVERYWHERE = "session.ended_everywhere"
    PASSWORD_CHANGED = "password.changed"
    RESET_ASKED = "password.reset_asked"
    PASSWORD_RESET = "password.reset"
    PROFILE_CHANGED = "profile.changed"
    CONSENT_GIVEN = "consent.given"
    CONSENT_REFUSED = "consent.refused"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    CODE_REPLAYED = "code.replayed"
    REFRESH_REPLAYED = "refresh_token.replayed"
    REFRESH_RETRIED = "refresh_token.retried"
    TOKEN_REVOKED = "token.revoked"
    CLIENT_REGISTERED = "client.registered"
    CLIENT_CHANGED = "client.changed"
    INITIAL_TOKEN_MADE = "initial_access_token.made"
    INITIAL_TOKEN_REVOKED = "initial_access_token.revoked"
    CLIENT_TURNED_OFF = "client.turned_off"
    CLIENT_TURNED_ON = "client.turned_on"
    CLIENT_DELETED = "client.deleted"
    SECRET_ADDED = "client_secret.added"
    SECRET_REVOKED = "client_secret.revoked"
    KEY_MADE = "key.made"
    KEY_ROTATED = "key.rotated"
    KEY_RETIRED = "key.retired"
    SET_UP = "provider.set_up"


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
    db.session.add(
        AuditEvent(
            event=event.value,
            actor_id=actor_id,
            user_id=user_id,
            client_id=client_id,
            address=address,
            reference=reference,
            details=details,
        )
    )
    db.session.flush()
