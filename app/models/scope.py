"""Scopes that administrators have made."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, String, true
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.database import Model, UTCDateTime


class CustomScope(Model):
    """A scope beside the standard ones: the words people read, and the claims it gives."""

    __tablename__ = "custom_scope"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    #: What people read on the consent page, by language; English is always there.
    titles: Mapped[dict[str, str]] = mapped_column(JSON)
    #: The names of its claims, each with the standard claim whose value it has.
    claims: Mapped[dict[str, str]] = mapped_column(JSON)
    #: Whether it starts ticked on the consent page.
    starts_on: Mapped[bool] = mapped_column(default=True, server_default=true())
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    disabled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def is_disabled(self) -> bool:
        """Tell whether an administrator has turned it off."""
        return self.disabled_at is not None
