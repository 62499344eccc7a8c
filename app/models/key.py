"""A signing key."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.database import Model, UTCDateTime


class SigningKey(Model):
    """A signing key: published as `next`, signs as `current`, verifies as `retired`, then goes."""

    __tablename__ = "signing_key"
    __table_args__ = (
        # Two workers that rotate at once cannot leave two keys in one state.
        Index(
            "uq_signing_key_alg_state",
            "alg",
            "state",
            unique=True,
            sqlite_where=text("state IN ('next', 'current')"),
            postgresql_where=text("state IN ('next', 'current')"),
        ),
    )

    kid: Mapped[str] = mapped_column(String(43), primary_key=True)
    alg: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10))
    public_jwk: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: The private key, encrypted with a key from outside the database; its kid is the context.
    private_sealed: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    current_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: When the last token it signed has died, and it is no longer published.
    gone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
