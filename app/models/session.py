"""A person signed in with one browser, beside others, half-way in, or expected back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.database import Model, UTCDateTime, partial_index


class Session(Model):
    """A person signed in with one browser.

    The cookie holds a random value, the row its digest. `sid` is what ID tokens and logout tokens
    call the session. The row outlives its end, so that logout can still reach every client.
    """

    __tablename__ = "session"
    __table_args__ = (
        Index("ix_session_user_id_browser", "user_id", "browser"),
        # All that is asked to count the open ones (services/authorization/lifetimes.py), so that
        # their rows, which lie far apart, need not be read at each sign-in.
        partial_index(
            "ix_session_open",
            *("user_id", "expires_at", "seen_at", "acr", "is_kept", "ended_at"),
            of="ended_at IS NULL",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(43), unique=True)
    sid: Mapped[str] = mapped_column(String(22), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
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
    #: Whether its person asked to stay signed in: it outlives the browser's closing.
    is_kept: Mapped[bool] = mapped_column(default=False, server_default=false())


class BrowserAccount(Model):
    """An account that has signed in with a browser, for its account chooser.

    Its session is the current one, set aside, or over; who is current has the session cookie.
    """

    __tablename__ = "browser_account"
    __table_args__ = (UniqueConstraint("holder", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Digest of two cookies together, that of the browser and that of its accounts.
    holder: Mapped[str] = mapped_column(String(43))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    session_id: Mapped[int | None] = mapped_column(
        ForeignKey("session.id", ondelete="SET NULL"), index=True
    )
    used_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class HalfSignIn(Model):
    """Somebody who has passed the first step in a browser and still owes the second.

    The server remembers it, not the browser: no page can be left out (CVE-2026-49443).
    """

    __tablename__ = "half_sign_in"

    #: Digest of the browser cookie: one a browser, and the later first step replaces the earlier.
    browser: Mapped[str] = mapped_column(String(43), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    #: The user's epoch at the first step; a later one ends it.
    epoch: Mapped[int]
    amr: Mapped[list[Any]] = mapped_column(JSON)
    tries: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    #: Whether the session that comes of it is to be kept; None: nobody was asked.
    keeps: Mapped[bool | None]


class MailboxProof(Model):
    """Somebody in a browser who has to prove that the mailbox of the account is theirs.

    Only then may who came with a password alone add a factor: a thief who has learnt it must not
    set up theirs.
    """

    __tablename__ = "mailbox_proof"

    #: Digest of the browser cookie: one a browser, and the later replaces the earlier.
    browser: Mapped[str] = mapped_column(String(43), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    #: The user's epoch when it was begun; any security event since ends it.
    epoch: Mapped[int]
    #: Keyed digest of the code that was mailed; None once it is used.
    code_digest: Mapped[str | None] = mapped_column(String(43))
    tries: Mapped[int] = mapped_column(default=0)
    mailed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    proved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class TrustedBrowser(Model):
    """A browser in which a user asked to be spared the second step for a while."""

    __tablename__ = "trusted_browser"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    #: Digest of the browser cookie.
    browser: Mapped[str] = mapped_column(String(43), primary_key=True)
    #: The user's epoch when it was asked for; any security event since ends the trust.
    epoch: Mapped[int]
    #: What the browser called itself, so that the owner recognises it in the list.
    user_agent: Mapped[str] = mapped_column(String(300), default="")
    trusted_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class UnsentForm(Model):
    """What somebody had typed when they had to sign in again; sending it uses it up."""

    __tablename__ = "unsent_form"

    #: Digest of the browser cookie.
    browser: Mapped[str] = mapped_column(String(43), primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    #: Path of the page that the form stands on.
    page: Mapped[str] = mapped_column(String(300), primary_key=True)
    #: Name of the form and its fields, encrypted for this row.
    sealed: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
