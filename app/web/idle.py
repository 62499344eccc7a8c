"""Before an idle session ends, its page asks whether somebody is still there (ux.md 2.13).

Only a script can ask. Without one nothing is lost either: what is sent too late is kept (unsent).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import Flask, Response, jsonify

from app.database import commit
from app.services.authorization import idle
from app.services.authorization.signed_in import SignedIn
from app.web import guards

LEFT: dict[str, Callable[[SignedIn], timedelta]] = {
    "account": idle.left,
    "admin": idle.left_in_administration,
}
#: No page is looked at for longer without being loaded again.
LONGEST = timedelta(days=1)


def seconds(place: str) -> int:
    """Return how long a page of this place may go unused, 0 when it need not ask."""
    somebody = guards.known_person()
    if somebody is None:
        return 0
    left = LEFT[place](somebody)
    return int(left.total_seconds()) if left <= LONGEST else 0


def stay(place: str) -> Response:
    """Note that somebody is still there; return for how long that is good."""
    commit()  # the guard has noted the use
    return jsonify(left=seconds(place))


def init_app(app: Flask) -> None:
    """Let the layouts ask."""
    app.jinja_env.globals["idle_seconds"] = seconds
