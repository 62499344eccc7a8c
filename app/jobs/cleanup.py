"""Delete what has outlived its use."""

from __future__ import annotations

from app.database import commit
from app.jobs import audit
from app.services.upkeep import cleanup


def clean() -> None:
    """Go through every table in small bites: nobody has to wait long for the database."""
    audit.seal()  # what is not sealed stays
    for broom in cleanup.BROOMS:
        while cleanup.sweep(broom):
            commit()
        commit()
