"""The bare address of the provider: people who type it are led to their account."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from app.services.people import set_up
from app.web.access import ANYONE, needs

blueprint = Blueprint("front_door", __name__)


@blueprint.get("/")
@needs(ANYONE)
def front_door() -> ResponseReturnValue:
    """Lead to the account page, which asks strangers to sign in; at first there are only those."""
    page = "setup.set_up" if set_up.is_needed() else "account.home"
    return redirect(url_for(page), 303)
