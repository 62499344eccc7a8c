"""The first page of one's account: the way to all the others."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from app.services import passkeys, users
from app.web import guards
from app.web.account.desk import blueprint, show, somebody


@blueprint.get("/")
@guards.signed_in_only
def home() -> ResponseReturnValue:
    """Show the way to everything."""
    user = users.get(somebody().user_id)
    return show("account/home.html", offers_passkey=passkeys.is_worth_offering(user))
