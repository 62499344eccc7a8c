"""Delete the accounts that have had their grace."""

from __future__ import annotations

from app.database import commit
from app.services.people import deletions


def erase() -> None:
    """Delete them one after the other, each in a transaction of its own."""
    for user_id in deletions.due():
        deletions.erase(user_id)
        commit()
