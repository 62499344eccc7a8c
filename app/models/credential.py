"""What people prove with who they are: password, passkeys, authenticator app, recovery codes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.database import Model, UTCDateTime


class Password(Model):
    """The Argon2id hash of a user's password."""

    __tablename__ = "password"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    hash: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class Passkey(Model):
    """A key pair that signs its owner in: we keep the public half (Web Authentication Level 3)."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    #: The credential ID in base64url: at most 1,023 bytes; no two users have the same.
    credential_id: Mapped[str] = mapped_column(String(1364), unique=True)
    #: The public key as the authenticator wrote it (COSE), in base64url.
    public_key: Mapped[str] = mapped_column(Text)
    #: How often the authenticator says it was used; one that does not count says 0 for ever.
    sign_count: Mapped[int] = mapped_column(BigInteger)
    #: The make of the authenticator; zeros when it does not say.
    aaguid: Mapped[str] = mapped_column(String(36))
    name: Mapped[str] = mapped_column(String(60))
    transports: Mapped[list[Any]] = mapped_column(JSON)
    #: Whether it may be copied to other devices of its owner, and whether it has been.
    may_be_backed_up: Mapped[bool]
    is_backed_up: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Totp(Model):
    """The seed that a user's authenticator app shares with us (RFC 6238)."""

    __tablename__ = "totp"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    #: Encrypted for this row: moved to another one it does not open.
    sealed_seed: Mapped[str] = mapped_column(String(300))
    #: The last time step whose code was used; no code of it, or of an earlier one, counts again.
    last_step: Mapped[int] = mapped_column(BigInteger)
    #: Codes that were not right, one after the other; the right one starts again from none.
    wrong_codes: Mapped[int] = mapped_column(default=0)
    #: When there were too many of them, and the owner was told.
    locked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class RecoveryCode(Model):
    """A code on paper that replaces the app once; used by deleting it."""

    __tablename__ = "recovery_code"

    #: Digest of the user and the code: the same code of two people makes two rows.
    digest: Mapped[str] = mapped_column(String(43), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
