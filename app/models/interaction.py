"""An authorization request waiting for its person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.database import Model, UTCDateTime


class Interaction(Model):
    """An authorization request waiting for its person: one a tab, bound to one browser.

    The validated parameters live here, never again in a URL. The answers (`signed_in_at`,
    `consented…`) are facts the pages record; oidc.interaction decides what they are worth.
    """

    __tablename__ = "interaction"

    digest: Mapped[str] = mapped_column(String(43), primary_key=True)
    #: Digest of the browser cookie; None until a browser comes (the request came by POST).
    browser: Mapped[str | None] = mapped_column(String(43))
    client_pk: Mapped[int] = mapped_column(ForeignKey("client.id", ondelete="CASCADE"))
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: The device that waits for the answer, None where the browser that brought it does.
    device_digest: Mapped[str | None] = mapped_column(
        ForeignKey("device_code.digest", ondelete="CASCADE"), index=True
    )
    reference: Mapped[str] = mapped_column(String(9), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    #: When a person proved who they are for this request, and in which session.
    signed_in_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"))
    #: The account was chosen on purpose (prompt=select_account).
    account_chosen: Mapped[bool] = mapped_column(default=False)
    #: Scopes allowed on the consent page; None until it was answered.
    allowed_scope: Mapped[str | None] = mapped_column(String(1000))
    denied_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
