"""What proves the audit log, and what is counted from it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, String
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.database import Model, UTCDateTime


class AuditSeal(Model):
    """The link of one audit row in the chain: what the row was when it was sealed.

    `who` and `what` are salted digests of the parts of the row that are about people. To forget
    somebody, their parts lose the salt; the digests stay, so that the chain still holds. Of rows
    that have had their time one seal is left for a whole run, from `first` to `position`.
    """

    __tablename__ = "audit_seal"

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first: Mapped[int]
    #: None for a run of rows that are gone.
    event_id: Mapped[int | None] = mapped_column(unique=True)
    who_salt: Mapped[str] = mapped_column(String(22), default="")
    who: Mapped[str] = mapped_column(String(43), default="")
    what_salt: Mapped[str] = mapped_column(String(22), default="")
    what: Mapped[str] = mapped_column(String(43), default="")
    hash: Mapped[str] = mapped_column(String(43))
    #: Our signature under what was taken from the row, or under its end; empty while it is whole.
    released: Mapped[str] = mapped_column(String(43), default="")


class AuditChain(Model):
    """How far the audit log is sealed: one row, signed with a key from outside the database."""

    __tablename__ = "audit_chain"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: Rises whenever somebody works on the chain; whoever raises it from what they saw may go on.
    turn: Mapped[int] = mapped_column(default=0)
    position: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = mapped_column(String(43), default="")
    #: The newest row that is sealed, and the newest when the horizon was moved last.
    event_id: Mapped[int] = mapped_column(default=0)
    following: Mapped[int] = mapped_column(default=0)
    #: Every row up to here is sealed: no transaction that began before can still be open.
    horizon: Mapped[int] = mapped_column(default=0)
    moved_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    sealed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    signature: Mapped[str] = mapped_column(String(43), default="")


class DailyFigure(Model):
    """How often something happened on one day (UTC); counted when its audit rows are sealed."""

    __tablename__ = "daily_figure"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    event: Mapped[str] = mapped_column(String(60), primary_key=True)
    times: Mapped[int] = mapped_column(default=0)
