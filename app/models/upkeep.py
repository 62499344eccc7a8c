"""Rows that keep the house: mail going out, throttles, one-time links."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.database import Model, UTCDateTime


class Mail(Model):
    """A mail in the outbox, written in the transaction of what causes it."""

    __tablename__ = "mail"
    __table_args__ = (Index("ix_mail_sent_at_due_at", "sent_at", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Names the message itself, so that a second delivery is known as one.
    message_id: Mapped[str] = mapped_column(String(60), unique=True)
    recipient: Mapped[str] = mapped_column(String(320))
    template: Mapped[str] = mapped_column(String(60))
    #: What it says, encrypted for this row: it may hold a code. Empty once it is sent.
    sealed: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_fault: Mapped[str] = mapped_column(String(300), default="")


class Throttle(Model):
    """How often something was tried and went wrong, for one account or one address."""

    __tablename__ = "throttle"

    #: Digest of the kind and whom it counts, such as an account or a network.
    key: Mapped[str] = mapped_column(String(43), primary_key=True)
    failures: Mapped[int]
    blocked_until: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class Link(Model):
    """A value that works once, for one purpose: the set-up link, a form, a challenge."""

    __tablename__ = "link"

    digest: Mapped[str] = mapped_column(String(43), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(30))
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
