"""A signing key."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.database import Model, UTCDateTime, partial_index


class SigningKey(Model):
    """A signing key: published as `next`, signs as `current`, verifies as `retired`, then goes."""

    __tablename__ = "signing_key"
    __table_args__ = (
        # Two workers that rotate at once cannot leave two keys in one state.
        partial_index(
            "uq_signing_key_alg_state",
            *("alg", "state"),
            of="state IN ('next', 'current')",
            unique=True,
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
