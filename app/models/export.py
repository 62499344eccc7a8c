"""Files of what is kept about a person, on their way to that person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.database import Model, UTCDateTime


class DataExport(Model):
    """A file that is too large to be made at once: asked for, then made by a job; one a person."""

    __tablename__ = "data_export"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    #: When a process may take it up; one that takes it up and dies gives it back.
    due_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    made_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: Digest of the token in the mailed link; None until the file is made.
    digest: Mapped[str | None] = mapped_column(String(43), unique=True)
    #: The file, encrypted for this row; None until it is made.
    sealed: Mapped[str | None] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
