"""What a client is allowed and when it last used it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Model


class ClientUse(Model):
    """One thing a client is allowed: since when, and the last day on which it was used.

    Days, not times: what is kept of somebody's habits is no more than the question needs.
    """

    __tablename__ = "client_use"

    client_pk: Mapped[int] = mapped_column(
        ForeignKey("client.id", ondelete="CASCADE"), primary_key=True
    )
    #: See clients.uses.Kind.
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    #: The word itself; the digest of an address or a secret, which are long, or nobody's to read.
    name: Mapped[str] = mapped_column(String(1000), primary_key=True)
    #: None: it was allowed before anybody wrote that down.
    allowed_on: Mapped[date | None] = mapped_column(Date)
    used_on: Mapped[date | None] = mapped_column(Date)
