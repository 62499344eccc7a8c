"""The first page of one's account: what there is, and what would make it safer."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from app.database import commit
from app.web import guards
from app.web.account.desk import blueprint


@blueprint.get("/")
@guards.signed_in_only
def home() -> ResponseReturnValue:
    """Show the way to everything."""
    page = render_template("account/home.html")
    commit()  # the session was seen
    return page
