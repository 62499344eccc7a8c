"""A person signed in with one browser."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.database import Model, UTCDateTime


class Session(Model):
    """A person signed in with one browser.

    The cookie holds a random value, the row its digest. `sid` is what ID tokens and logout tokens
    call the session. The row outlives its end, so that logout can still reach every client.
    """

    __tablename__ = "session"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(43), unique=True)
    sid: Mapped[str] = mapped_column(String(22), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    #: The user's epoch at sign-in; a later one ends the session.
    epoch: Mapped[int]
    auth_time: Mapped[datetime] = mapped_column(UTCDateTime)
    acr: Mapped[str] = mapped_column(String(100))
    amr: Mapped[list[Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    #: When an administration page was last used; looking at one's own account does not count.
    admin_seen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    address: Mapped[str] = mapped_column(String(45), default="")
    #: Digest of the browser's own cookie: where somebody has signed in before.
    browser: Mapped[str | None] = mapped_column(String(43))
    user_agent: Mapped[str] = mapped_column(String(300), default="")
