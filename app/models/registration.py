"""What lets clients register themselves, and what is kept of documents they have elsewhere."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.database import Model, UTCDateTime


class InitialAccessToken(Model):
    """Lets whoever holds it register clients (RFC 7591 §3)."""

    __tablename__ = "initial_access_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(43), unique=True)
    note: Mapped[str] = mapped_column(String(200))
    #: None: any number.
    uses_left: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class UsedAssertion(Model):
    """A client assertion that was accepted once (RFC 7523 §3): it never is again."""

    __tablename__ = "used_assertion"

    #: Of client and `jti`.
    digest: Mapped[str] = mapped_column(String(43), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class RemoteDocument(Model):
    """A document of a client, as it was last fetched: its keys.

    `tried_at` is the gate all processes share: whoever moves it fetches, the others wait.
    """

    __tablename__ = "remote_document"

    uri_digest: Mapped[str] = mapped_column(String(43), primary_key=True)
    uri: Mapped[str] = mapped_column(Text)
    body: Mapped[str | None] = mapped_column(Text)
    tried_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    fetched_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: Why the last try failed, empty when it did not, or is under way.
    fault: Mapped[str] = mapped_column(String(100), default="")


class ClientLogo(Model):
    """The logo of a client, fetched once, drawn anew by us and served from here."""

    __tablename__ = "client_logo"

    client_pk: Mapped[int] = mapped_column(
        ForeignKey("client.id", ondelete="CASCADE"), primary_key=True
    )
    #: The `logo_uri` it came from: another one is fetched again.
    uri: Mapped[str] = mapped_column(Text)
    tried_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    #: A PNG; None when what was found there cannot be shown.
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    fault: Mapped[str] = mapped_column(String(100), default="")
