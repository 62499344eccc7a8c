"""What is known of the addresses people are sent back to: their last use, and a capture."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Model, UTCDateTime


class AddressUse(Model):
    """The last day on which a registered address of a client was used."""

    __tablename__ = "address_use"

    client_pk: Mapped[int] = mapped_column(
        ForeignKey("client.id", ondelete="CASCADE"), primary_key=True
    )
    #: Digest of the member of the registration and the address: keys are short, addresses are not.
    digest: Mapped[str] = mapped_column(String(43), primary_key=True)
    used_on: Mapped[date] = mapped_column(Date)


class AddressCapture(Model):
    """The one window of a client in which its next unknown redirect address is written down."""

    __tablename__ = "address_capture"

    client_pk: Mapped[int] = mapped_column(
        ForeignKey("client.id", ondelete="CASCADE"), primary_key=True
    )
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    #: The attempt that brought an unknown address; None until one comes.
    reference: Mapped[str | None] = mapped_column(String(9))
    address: Mapped[str | None] = mapped_column(Text)
    caught_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
