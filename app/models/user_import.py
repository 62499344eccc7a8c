"""Files of people who are to get accounts, between their check and their end."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.database import Model, UTCDateTime


class UserImport(Model):
    """The lines of one file: checked, and added bit by bit once somebody has said so.

    What was checked is kept here, and not sent again with the button: it cannot be another file,
    and whichever process takes the next bit has it.
    """

    __tablename__ = "user_import"

    #: Random: a number could be given again, and a button that was shown for one file be pressed
    #: for another.
    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    #: The lines, encrypted for this row; None once all have had their turn.
    sealed: Mapped[str | None] = mapped_column(Text)
    total: Mapped[int]
    #: When its maker said that they are to be added.
    started_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    #: Whether each of them is mailed a link.
    tells: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: How many lines have had their turn, and what became of them.
    taken: Mapped[int] = mapped_column(default=0, server_default="0")
    added: Mapped[int] = mapped_column(default=0, server_default="0")
    known: Mapped[int] = mapped_column(default=0, server_default="0")
    wrong: Mapped[int] = mapped_column(default=0, server_default="0")
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)

    @property
    def is_over(self) -> bool:
        """Tell whether every line has had its turn."""
        return self.sealed is None
