"""Make the files that people have asked for, and mail them the links."""

from __future__ import annotations

from app.database import commit
from app.services.people import export_files
from app.settings import settings

#: The page that takes the link; jobs know no routes.
PAGE = "/account/data/file"


def make() -> None:
    """Make one after the other; one that cannot be made keeps no other from its turn."""
    for user_id in export_files.due():
        asked_at = export_files.claim(user_id)
        commit()
        if asked_at is not None:
            export_files.make(user_id, asked_at, link=_address)
            commit()


def _address(token: str) -> str:
    return f"{settings.issuer}{PAGE}?token={token}"
