"""What is issued: families, their codes, refresh tokens and opaque access tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Model, UTCDateTime


class Family(Model):
    """One authorization by one user for one client, and the root of everything issued from it.

    The authorization code is its first link, so it lives in the same row: revoking the family is
    one UPDATE, and every token answers to it.
    """

    __tablename__ = "family"
    __table_args__ = (
        Index("ix_family_user_id_client_pk", "user_id", "client_pk"),
        # When a client was last used is one probe, however many families it has.
        Index("ix_family_client_pk_created_at", "client_pk", "created_at"),
    )

    #: Public: JWT access tokens carry it, so that our own endpoints can ask whether it lives.
    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    client_pk: Mapped[int] = mapped_column(ForeignKey("client.id", ondelete="CASCADE"))
    session_id: Mapped[int | None] = mapped_column(
        ForeignKey("session.id", ondelete="SET NULL"), index=True
    )
    #: The attempt it belongs to: authorize, token and userinfo share one trace.
    reference: Mapped[str] = mapped_column(String(9))
    scope: Mapped[str] = mapped_column(Text)
    #: The user's epoch; a later one kills the family.
    epoch: Mapped[int]
    auth_time: Mapped[datetime] = mapped_column(UTCDateTime)
    acr: Mapped[str] = mapped_column(String(100))
    amr: Mapped[list[Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: The end of the consent it came from: nothing issued from it lives longer.
    ends_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    code_digest: Mapped[str | None] = mapped_column(String(43), unique=True)
    code_expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    code_redeemed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    redirect_uri: Mapped[str] = mapped_column(Text)
    nonce: Mapped[str | None] = mapped_column(Text)
    code_challenge: Mapped[str | None] = mapped_column(String(128))
    #: Names of single claims that were asked for and allowed (OIDC Core §5.5), by the place they
    #: are released at: `userinfo`, `id_token`.
    claims_request: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class RefreshToken(Model):
    """A refresh token: spent once, when its successor is made."""

    __tablename__ = "refresh_token"

    digest: Mapped[str] = mapped_column(String(43), primary_key=True)
    family_id: Mapped[str] = mapped_column(ForeignKey("family.id", ondelete="CASCADE"), index=True)
    #: Digest of the token that was rotated into this one.
    predecessor: Mapped[str | None] = mapped_column(String(43), unique=True)
    #: The answer that carried this token, encrypted under its predecessor's value, which we do not
    #: keep: a client that lost the answer gets the same one again, and nobody else can read it.
    sealed_answer: Mapped[str | None] = mapped_column(Text)
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    rotated_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class AccessToken(Model):
    """An opaque access token. JWT access tokens leave no row."""

    __tablename__ = "access_token"

    digest: Mapped[str] = mapped_column(String(43), primary_key=True)
    jti: Mapped[str] = mapped_column(String(22), unique=True)
    #: None for a token a client got for itself.
    family_id: Mapped[str | None] = mapped_column(
        ForeignKey("family.id", ondelete="CASCADE"), index=True
    )
    client_pk: Mapped[int] = mapped_column(ForeignKey("client.id", ondelete="CASCADE"), index=True)
    scope: Mapped[str] = mapped_column(Text)
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class RevokedToken(Model):
    """A JWT access token revoked by itself; the row lives as long as the token would have."""

    __tablename__ = "revoked_token"

    jti: Mapped[str] = mapped_column(String(22), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
