"""Logout notices on their way to clients (OIDC Back-Channel Logout 1.0)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.database import Model, UTCDateTime


class LogoutNotice(Model):
    """One client to be told that one session is over.

    Written in the transaction that ends the session, kept afterwards as the client's delivery log.
    """

    __tablename__ = "logout_notice"
    __table_args__ = (
        Index("ix_logout_notice_open", "delivered_at", "given_up_at", "due_at"),
        Index("ix_logout_notice_client_pk_id", "client_pk", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: The logout token's own, the same in every try: the client can tell a second delivery.
    jti: Mapped[str] = mapped_column(String(22), unique=True)
    client_pk: Mapped[int] = mapped_column(ForeignKey("client.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), index=True
    )
    #: None for a test notice.
    session_id: Mapped[int | None] = mapped_column(
        ForeignKey("session.id", ondelete="CASCADE"), index=True
    )
    sid: Mapped[str] = mapped_column(String(22))
    uri: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(String(9), default="")
    is_test: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    delivered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    given_up_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_status: Mapped[int | None]
    last_fault: Mapped[str] = mapped_column(String(300), default="", server_default="")
