"""Everything kept about a person, for that person to take along (GDPR Art. 15 and 20)."""

from __future__ import annotations

import base64
from typing import Any

from sqlalchemy import select

from app.clock import now
from app.database import db
from app.models import (
    AuditEvent,
    BrowserAccount,
    Client,
    Consent,
    Passkey,
    ProfilePicture,
    Session,
    TermsAgreement,
    TrustedBrowser,
    UpstreamIdentity,
    UpstreamProvider,
    User,
    UserEmail,
)
from app.services.authorization import consents
from app.services.people import (
    addresses,
    browser_accounts,
    claims,
    roles,
    terms,
    trusted_browsers,
    upstream_identities,
)
from app.services.upkeep import audit
from app.services.upkeep.audit import Event
from app.settings import settings


def of(user: User) -> dict[str, Any]:
    """Return it as plain values, times in ISO 8601 (UTC); it holds no secret and no digest.

    The act is part of what is recorded, and of the answer.
    """
    audit.record(Event.EXPORTED, actor_id=user.id, user_id=user.id)
    return collected(user)


def collected(user: User) -> dict[str, Any]:
    """Return the same without recording anything: nobody has it yet."""
    return {
        "provider": settings.issuer,
        "made_at": now().isoformat(),
        "account": {
            "claims": claims.about(user, claims.BY_SCOPE),
            "created_at": user.created_at.isoformat(),
            "is_administrator": user.is_admin,
            "roles": [role.value for role in roles.of(user)],
            "has_second_step": user.has_second_step,
        },
        "passkeys": [_passkey(row) for row in _all_of(Passkey, user)],
        "addresses": [_address(row, user) for row in addresses.of_user(user)],
        "picture": _picture(user),
        "applications": [_application(*row) for row in consents.of_user(user.id)],
        "linked": [_linked(*row) for row in upstream_identities.of_user(user.id)],
        "terms": [_agreement(row) for row in terms.of_user(user.id)],
        "sessions": [_session(row) for row in _all_of(Session, user)],
        "trusted_browsers": [_trusted(row) for row in trusted_browsers.of_user(user)],
        "account_choosers": [_chooser(row) for row in browser_accounts.known_to(user)],
        "activity": [_event(row) for row in _all_of(AuditEvent, user)],
    }


def _all_of(kind: Any, user: User) -> list[Any]:
    return list(db.session.scalars(select(kind).where(kind.user_id == user.id).order_by(kind.id)))


def _passkey(passkey: Passkey) -> dict[str, Any]:
    return {
        "name": passkey.name,
        "authenticator": passkey.aaguid,
        "is_synced": passkey.is_backed_up,
        "created_at": passkey.created_at.isoformat(),
        "used_at": passkey.used_at.isoformat() if passkey.used_at else None,
    }


def _address(address: UserEmail, user: User) -> dict[str, Any]:
    return {
        "email": address.email,
        "is_primary": address.key == user.email_key,
        "confirmed_at": address.verified_at.isoformat() if address.verified_at else None,
        "added_at": address.created_at.isoformat(),
    }


def _picture(user: User) -> str | None:
    """Return the uploaded picture itself, as WebP in base64."""
    wanted = select(ProfilePicture.content).where(ProfilePicture.user_id == user.id)
    content = db.session.scalar(wanted)
    return base64.b64encode(content).decode() if content else None


def _application(consent: Consent, client: Client) -> dict[str, Any]:
    return {
        "client_id": client.client_id,
        "name": client.name,
        "allowed": consent.scope.split(),
        "declined": consent.declined.split(),
        "given_at": consent.given_at.isoformat(),
        "ends_at": consent.ends_at.isoformat() if consent.ends_at else None,
    }


def _linked(identity: UpstreamIdentity, provider: UpstreamProvider) -> dict[str, Any]:
    return {
        "provider": provider.name,
        "issuer": identity.issuer,
        "subject": identity.subject,
        "email": identity.email,
        "linked_at": identity.created_at.isoformat(),
        "used_at": identity.used_at.isoformat() if identity.used_at else None,
    }


def _agreement(agreement: TermsAgreement) -> dict[str, Any]:
    return {"version": agreement.version, "agreed_at": agreement.agreed_at.isoformat()}


def _session(session: Session) -> dict[str, Any]:
    return {
        "started_at": session.created_at.isoformat(),
        "seen_at": session.seen_at.isoformat(),
        "ended_at": session.ended_at.isoformat() if session.ended_at else None,
        "address": session.address,
        "browser": session.user_agent,
    }


def _trusted(trusted: TrustedBrowser) -> dict[str, Any]:
    return {
        "browser": trusted.user_agent,
        "trusted_at": trusted.trusted_at.isoformat(),
        "kept_until": trusted.expires_at.isoformat(),
    }


def _chooser(entry: BrowserAccount) -> dict[str, Any]:
    return {"used_at": entry.used_at.isoformat(), "kept_until": entry.expires_at.isoformat()}


def _event(event: AuditEvent) -> dict[str, Any]:
    return {
        "event": event.event,
        "at": event.at.isoformat(),
        "client_id": event.client_id,
        "address": audit.own_address(event),
    }
