"""Cancel on the way: the application is told that the person does not want to (access_denied)."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from app.database import commit
from app.services.authorization import interactions
from app.web.access import ANYONE, needs
from app.web.login import waiting as pages
from app.web.login.waiting import blueprint


@blueprint.post("/cancel")
@needs(ANYONE)
def cancel() -> ResponseReturnValue:
    """Answer the request that waits; nobody has to be signed in for that."""
    waiting = pages.must_load()
    interactions.deny(waiting.interaction)
    commit()
    return pages.go_on(waiting)
