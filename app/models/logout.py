"""What clients are told about sessions that ended."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.database import Model, UTCDateTime


class LogoutNotice(Model):
    """A logout token on its way to one client (OIDC Back-Channel Logout 1.0 §2.5).

    Written in the transaction that ends the session, so that what ended and what is told cannot
    differ; a job delivers it, more than once if need be.
    """

    __tablename__ = "logout_notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: The same in every try: a client that gets it twice can tell.
    jti: Mapped[str] = mapped_column(String(22), unique=True)
    client_pk: Mapped[int] = mapped_column(ForeignKey("client.id", ondelete="CASCADE"), index=True)
    #: None for a test.
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    sid: Mapped[str] = mapped_column(String(22), index=True)
    sub: Mapped[str] = mapped_column(String(64))
    uri: Mapped[str] = mapped_column(Text)
    is_test: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    #: When it is sent next; a process that sends it now moves this ahead.
    due_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now, index=True)
    tries: Mapped[int] = mapped_column(default=0)
    delivered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    given_up_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    last_status: Mapped[int | None]
    last_fault: Mapped[str] = mapped_column(String(100), default="")
