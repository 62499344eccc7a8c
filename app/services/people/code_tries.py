"""Tries at a code that was mailed, or that an app shows: a few, and then it is worth nothing."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Table, update

from app.database import db

#: Wrong codes for one code: six digits guessed five times give way once in 200,000 (MF03).
MOST_TRIES = 5


def count(table: Table, is_row: ColumnElement[bool]) -> bool:
    """Count a try in the column `tries` of one row before the code is compared.

    In one statement, so that of any number of guesses at once no more come through. The caller
    commits it, whatever comes of the try. False: there were as many already, or the row is gone.
    """
    counted = db.session.execute(
        update(table)
        .where(is_row, table.c.tries < MOST_TRIES)
        .values(tries=table.c.tries + 1)
        .returning(table.c.tries)
    )
    return counted.first() is not None
