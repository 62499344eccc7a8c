"""Stay signed in while a page of the administration is open: the answer of its dialog."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from app.services.people.roles import Permission
from app.web import idle
from app.web.access import needs
from app.web.admin.entrance import blueprint


@blueprint.post("/stay")
@needs(Permission.ENTER)
def stay() -> ResponseReturnValue:
    """Note that somebody is still there."""
    return idle.stay("admin")
