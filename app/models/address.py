"""Email addresses of users: those they have, those they want, and the way back to an old one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.database import Model, UTCDateTime


class UserEmail(Model):
    """An address of a user; the key is unique, so that no address leads to two accounts.

    Which one is primary stands in the user's row (`User.email_key`) and nowhere else. An address
    is here when its owner has confirmed it; only the one an account was made with may wait.
    """

    __tablename__ = "user_email"

    #: The address as it is compared (people.accounts.key_of).
    key: Mapped[str] = mapped_column(String(320), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    #: The address as its owner writes it.
    email: Mapped[str] = mapped_column(String(320))
    verified_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    #: Taken off the account. The row is there for the mailed way back alone, and keeps the
    #: address from everybody else until then.
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reserved_until: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)


class EmailClaim(Model):
    """A user who wants to add an address and has not yet proved that it is theirs.

    Any number of people may claim one address: nobody can take it ahead of its owner
    (CVE-2026-15611).
    """

    __tablename__ = "email_claim"
    __table_args__ = (UniqueConstraint("user_id", "email_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    email: Mapped[str] = mapped_column(String(320))
    email_key: Mapped[str] = mapped_column(String(320))
    #: Keyed digest of the code; this and the link are None when the address is somebody else's.
    code_digest: Mapped[str | None] = mapped_column(String(43))
    link_digest: Mapped[str | None] = mapped_column(String(43), unique=True)
    tries: Mapped[int] = mapped_column(default=0)
    mailed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class EmailRevert(Model):
    """A link mailed to an address that is primary no more: it puts it back, once."""

    __tablename__ = "email_revert"

    #: Rises with time: using a link kills those that were made after it, and no earlier one.
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(43), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    email_key: Mapped[str] = mapped_column(String(320))
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
