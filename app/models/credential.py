"""What people prove with who they are: password, authenticator app, recovery codes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String
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
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class RecoveryCode(Model):
    """A code on paper that replaces the app once; used by deleting it."""

    __tablename__ = "recovery_code"

    #: Digest of the user and the code: the same code of two people makes two rows.
    digest: Mapped[str] = mapped_column(String(43), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
