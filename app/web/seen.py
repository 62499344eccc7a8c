"""Note who fetches the keys, and write what a worker has seen since the last time."""

from __future__ import annotations

from flask import Flask

from app.database import commit, db, is_busy, rollback
from app.services.authorization import sightings


def write(app: Flask) -> None:
    """Write what this process has seen; when the database is away, next time."""
    with app.app_context():
        seen = sightings.here().taken()
        if not seen:
            return
        try:
            sightings.write(seen)
            commit()
        except Exception as error:
            rollback()
            if not is_busy(error):  # it would go wrong again
                raise
            sightings.here().give_back(seen)
        finally:
            db.session.remove()
