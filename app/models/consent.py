"""What a user allowed a client."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import ColumnElement, ForeignKey, Text, UniqueConstraint, and_, or_
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.database import Model, UTCDateTime


class Consent(Model):
    """What a user allowed a client; one row for each pair."""

    #: How long a withdrawal can be undone.
    UNDO: ClassVar = timedelta(minutes=10)

    __tablename__ = "consent"
    __table_args__ = (UniqueConstraint("user_id", "client_pk"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    client_pk: Mapped[int] = mapped_column(ForeignKey("client.id", ondelete="CASCADE"), index=True)
    #: Scopes allowed, separated by spaces.
    scope: Mapped[str] = mapped_column(Text)
    #: Scopes seen and left unticked: they are not asked for again in every request.
    declined: Mapped[str] = mapped_column(Text, default="")
    given_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    #: From when on nothing of it counts and the client has to ask again; None: it has no end.
    ends_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    #: When it was taken back. Until that is final, what it was waits here and nothing is allowed.
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    removed_scope: Mapped[str | None] = mapped_column(Text)
    removed_declined: Mapped[str | None] = mapped_column(Text)

    @property
    def is_over(self) -> bool:
        """Tell whether it has come to its end."""
        return self.ends_at is not None and self.ends_at <= now()

    @classmethod
    def in_force(cls) -> ColumnElement[bool]:
        """Return the condition that it counts: neither taken back nor over."""
        has_time = or_(cls.ends_at.is_(None), cls.ends_at > now())
        return and_(cls.removed_at.is_(None), has_time)
