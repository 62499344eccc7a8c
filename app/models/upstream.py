"""Identity providers we trust to sign people in, and who people are there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.database import Model, UTCDateTime


class UpstreamProvider(Model):
    """Another OpenID provider, with what we are registered as there."""

    __tablename__ = "upstream_provider"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Its name in our addresses, the redirect URI among them: it never changes.
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    #: `google`, `microsoft` or `generic`: what its word about an address is worth.
    kind: Mapped[str] = mapped_column(String(10))
    issuer: Mapped[str] = mapped_column(String(500))
    client_id: Mapped[str] = mapped_column(String(300))
    #: Encrypted for this row and this issuer; None while there is none.
    sealed_secret: Mapped[str | None] = mapped_column(Text)
    scopes: Mapped[str] = mapped_column(String(500))
    #: Which of its claims we read as `email`, `email_verified` and `name`.
    claims: Mapped[dict[str, Any]] = mapped_column(JSON)
    is_enabled: Mapped[bool] = mapped_column(default=True)
    may_sign_up: Mapped[bool] = mapped_column(default=False)
    trusts_email: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class UpstreamDomain(Model):
    """An email domain whose people sign in with a provider; a domain belongs to one."""

    __tablename__ = "upstream_domain"

    #: As addresses are compared: lower case, in ASCII.
    domain: Mapped[str] = mapped_column(String(253), primary_key=True)
    provider_id: Mapped[int] = mapped_column(
        ForeignKey("upstream_provider.id", ondelete="CASCADE"), index=True
    )


class UpstreamIdentity(Model):
    """Who a user is at another provider: `issuer` and `subject`, never an address (nOAuth)."""

    __tablename__ = "upstream_identity"
    __table_args__ = (UniqueConstraint("provider_id", "issuer", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("upstream_provider.id", ondelete="CASCADE"))
    issuer: Mapped[str] = mapped_column(String(500))
    subject: Mapped[str] = mapped_column(String(255))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    #: The address as it was told, for its owner to tell two apart; it decides nothing.
    email: Mapped[str | None] = mapped_column(String(320))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class UpstreamSignIn(Model):
    """Somebody was sent to another provider and is expected back; used up by deleting it."""

    __tablename__ = "upstream_sign_in"

    #: Digest of the `state`.
    digest: Mapped[str] = mapped_column(String(43), primary_key=True)
    #: Digest of the browser cookie: no other browser can bring the answer.
    browser: Mapped[str] = mapped_column(String(43))
    provider_id: Mapped[int] = mapped_column(ForeignKey("upstream_provider.id", ondelete="CASCADE"))
    #: The session that wants to link; None: somebody wants to sign in.
    session_id: Mapped[int | None] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"))
    #: Nonce, PKCE verifier and the way back, encrypted for this row.
    sealed: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class PendingIdentity(Model):
    """An identity that was proved in a browser and is nobody's yet; used up by deleting it."""

    __tablename__ = "pending_identity"

    #: Random, and named by the forms: what is answered is what was shown.
    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    #: Digest of the browser cookie: one a browser, and the later replaces the earlier.
    browser: Mapped[str] = mapped_column(String(43), unique=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("upstream_provider.id", ondelete="CASCADE"))
    issuer: Mapped[str] = mapped_column(String(500))
    subject: Mapped[str] = mapped_column(String(255))
    email: Mapped[str | None] = mapped_column(String(320))
    #: Whether the provider's word proves the address (see people.upstream_rules).
    email_is_proven: Mapped[bool]
    name: Mapped[str | None] = mapped_column(String(200))
    #: The session that asked to link it; None: whoever signs in here is asked.
    session_id: Mapped[int | None] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
