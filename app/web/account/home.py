"""The first page of one's account: the way to all the others."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from app.web import guards
from app.web.account.desk import blueprint, show


@blueprint.get("/")
@guards.signed_in_only
def home() -> ResponseReturnValue:
    """Show the way to everything."""
    return show("account/home.html")
