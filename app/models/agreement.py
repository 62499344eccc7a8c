"""What people have agreed to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.database import Model, UTCDateTime


class TermsAgreement(Model):
    """Somebody has agreed to a version of the terms; rows are added and never changed."""

    __tablename__ = "terms_agreement"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    version: Mapped[str] = mapped_column(String(60))
    agreed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
