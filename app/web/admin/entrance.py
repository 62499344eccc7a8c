"""The entrance of the administration: its blueprint, and who may come in."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from app.database import commit
from app.services.authorization.signed_in import SignedIn
from app.web import guards

blueprint = Blueprint("admin", __name__, url_prefix="/admin")


@guards.admin_only
def _let_in() -> ResponseReturnValue:
    commit()  # that the session was used: it ends when it is not
    return ""


@blueprint.before_request
def only_administrators() -> ResponseReturnValue | None:
    """Keep everybody else out of every page of this wing, also of those yet to come."""
    return _let_in() or None


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """Lead to the first page."""
    return redirect(url_for("admin.clients"), 303)


def administrator() -> SignedIn:
    """Return who does what is done here."""
    somebody = guards.person()
    if somebody is None:
        message = "a page of the administration without an administrator"
        raise RuntimeError(message)
    return somebody
