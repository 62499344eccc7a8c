"""What administrators have set in the browser: whose pages these are, and how they look."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Model, UTCDateTime


class Branding(Model):
    """The one row there is; None leaves a thing to the environment."""

    __tablename__ = "branding"

    ONLY = 1

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    service_name: Mapped[str | None] = mapped_column(String(60))
    support_contact: Mapped[str | None] = mapped_column(Text)
    privacy_url: Mapped[str | None] = mapped_column(Text)
    terms_url: Mapped[str | None] = mapped_column(Text)
    #: Colours as `#rrggbb`, of light pages and of dark ones.
    accent: Mapped[str | None] = mapped_column(String(7))
    accent_dark: Mapped[str | None] = mapped_column(String(7))
    #: PNGs that we have drawn, of light pages and of dark ones, and what their addresses end with.
    logo: Mapped[bytes | None] = mapped_column(LargeBinary)
    logo_handle: Mapped[str | None] = mapped_column(String(22))
    logo_dark: Mapped[bytes | None] = mapped_column(LargeBinary)
    logo_dark_handle: Mapped[str | None] = mapped_column(String(22))
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
