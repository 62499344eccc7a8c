"""What clients that register themselves bring: invitations, proofs, key sets and logos."""

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
    """A client assertion that was presented; it proves nothing a second time (RFC 7523 §3)."""

    __tablename__ = "used_assertion"

    #: Digest of the client and the `jti`.
    digest: Mapped[str] = mapped_column(String(43), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class RemoteDocument(Model):
    """A document of a client, such as its key set, as it was last fetched.

    `tried_at` is the gate of all processes: one fetch a minute, however many ask.
    """

    __tablename__ = "remote_document"

    uri_digest: Mapped[str] = mapped_column(String(43), primary_key=True)
    uri: Mapped[str] = mapped_column(Text)
    body: Mapped[str | None] = mapped_column(Text)
    fetched_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    tried_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    fault: Mapped[str] = mapped_column(String(300), default="")


class ClientLogo(Model):
    """The logo of a client, fetched once, re-encoded and served by us."""

    __tablename__ = "client_logo"

    client_pk: Mapped[int] = mapped_column(
        ForeignKey("client.id", ondelete="CASCADE"), primary_key=True
    )
    uri: Mapped[str] = mapped_column(Text)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    media_type: Mapped[str] = mapped_column(String(40))
    etag: Mapped[str] = mapped_column(String(43))
    fetched_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
