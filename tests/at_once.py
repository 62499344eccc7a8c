"""Several who want the same thing of a service at once, each with a connection of their own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask
from sqlalchemy import select

from app.database import db
from app.models import User


def race(
    app: Flask, act: Callable[[], object], *, losing: tuple[type[Exception], ...], width: int = 8
) -> int:
    """Do one thing so many times at once; return how many came through.

    `losing` is what those are told who came too late; anything else fails the test.
    """
    start = Barrier(width)

    def run(_number: int) -> bool:
        with app.app_context():
            db.session.scalar(select(User.id).limit(1))
            start.wait()
            try:
                act()
                db.session.commit()
            except losing:
                db.session.rollback()
                return False
            return True

    with ThreadPoolExecutor(width) as pool:
        return sum(pool.map(run, range(width)))
