"""Delete the accounts that have had their grace."""

from __future__ import annotations

from app.database import commit
from app.services.people import deletions


def erase() -> None:
    """Delete them one after the other; what is recorded of each goes first, bite by bite."""
    for user_id in deletions.due():
        while deletions.forget(user_id):
            commit()
        deletions.erase(user_id)
        commit()
