"""Traces of attempts: what was checked, and why it was refused."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.database import Model, UTCDateTime, partial_index


class Attempt(Model):
    """One visit to one endpoint or page, with its checks; one `reference` ties a sign-in together.

    `checks` is a list of `{"check", "ok", "sent", "expected"}`; secrets are masked when written.
    No foreign keys: a trace outlives what it tells of, until its time to be purged.
    """

    __tablename__ = "attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(9), index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime, default=now, index=True)
    endpoint: Mapped[str] = mapped_column(String(30))
    #: `ok`, `waiting` or `refused`.
    outcome: Mapped[str] = mapped_column(String(10))
    #: The reason code of the refusal or of what is waited for.
    reason: Mapped[str] = mapped_column(String(60), default="")
    client_id: Mapped[str] = mapped_column(String(64), default="", index=True)
    user_id: Mapped[int | None]
    checks: Mapped[list[Any]] = mapped_column(JSON)


def _index(*columns: str, of: str) -> Index:
    return partial_index("_".join(("ix_audit_event", *columns)), *columns, of=of)


class AuditEvent(Model):
    """Something that somebody did; written in the transaction of the act itself."""

    __tablename__ = "audit_event"
    #: What administrators look for, each in the order it is shown; rows without it are left out.
    __table_args__ = (
        Index("ix_audit_event_user_id_at", "user_id", "at"),
        Index("ix_audit_event_event_at", "event", "at"),
        _index("actor_id", "at", of="actor_id IS NOT NULL"),
        _index("client_id", "at", of="client_id <> ''"),
        _index("address", "at", of="address <> ''"),
        _index("reference", of="reference <> ''"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime, default=now, index=True)
    event: Mapped[str] = mapped_column(String(60))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    #: The user or client it was done to.
    user_id: Mapped[int | None]
    client_id: Mapped[str] = mapped_column(String(64), default="")
    address: Mapped[str] = mapped_column(String(45), default="")
    reference: Mapped[str] = mapped_column(String(9), default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
