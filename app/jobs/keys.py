"""Let signing keys take their turns."""

from __future__ import annotations

from app.database import commit
from app.services.authorization import keys


def turn() -> None:
    """Do what is due: make missing keys, rotate old ones, drop those nobody needs any more."""
    keys.turn()
    commit()
