"""What a device asks for while its person answers elsewhere."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.database import Model, UTCDateTime


class DeviceCode(Model):
    """The request of a device that waits for its person (RFC 8628); one of its kind a row.

    It holds neither of its two codes. With a family it is approved, and its code can be redeemed
    as long as the family's can; with `denied_at` it never will be.
    """

    __tablename__ = "device_code"

    #: Digest of the device code.
    digest: Mapped[str] = mapped_column(String(43), primary_key=True)
    #: Keyed digest of the user code, which is short enough to be guessed; None once it is answered.
    user_code_digest: Mapped[str | None] = mapped_column(String(43), unique=True)
    client_pk: Mapped[int] = mapped_column(ForeignKey("client.id", ondelete="CASCADE"), index=True)
    reference: Mapped[str] = mapped_column(String(9))
    scope: Mapped[str] = mapped_column(Text)
    #: The network address that asked: its person is told, and judges by it.
    address: Mapped[str] = mapped_column(String(45), default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    #: Seconds that the device has to wait between two polls; it grows when it does not.
    interval: Mapped[int]
    polled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: Rises with every poll: of two at once, one is too early.
    polls: Mapped[int] = mapped_column(default=0)
    family_id: Mapped[str | None] = mapped_column(
        ForeignKey("family.id", ondelete="CASCADE"), index=True
    )
    denied_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
