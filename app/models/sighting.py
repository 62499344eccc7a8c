"""What workers have seen in passing: who fetched the keys, who asks for tokens, what was signed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Model, UTCDateTime


class SignedTokens(Model):
    """How many tokens a key has signed for a client that expire at about the same time.

    No foreign keys: a row is written seconds after the tokens, and the client may be gone by then.
    """

    __tablename__ = "signed_tokens"

    kid: Mapped[str] = mapped_column(String(43), primary_key=True)
    client_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    #: The end of the five minutes in which they expire.
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, primary_key=True, index=True)
    count: Mapped[int]


class KeyFetch(Model):
    """An address that has fetched the key set, and when that was last noticed."""

    __tablename__ = "key_fetch"

    address: Mapped[str] = mapped_column(String(45), primary_key=True)
    agent: Mapped[str] = mapped_column(String(120))
    fetched_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class ClientAddress(Model):
    """An address from which a client with a credential of its own asks for tokens."""

    __tablename__ = "client_address"
    __table_args__ = (Index("ix_client_address_address", "address"),)

    client_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    address: Mapped[str] = mapped_column(String(45), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
