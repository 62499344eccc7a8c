"""The entrance of the administration: its blueprint, its first page, and who is inside."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from app.services.authorization.signed_in import SignedIn
from app.services.clients import owners
from app.services.people import roles
from app.services.people.roles import Permission
from app.web import guards
from app.web.access import needs

blueprint = Blueprint("admin", __name__, url_prefix="/admin")


@blueprint.get("/")
@needs(Permission.ENTER)
def home() -> ResponseReturnValue:
    """Lead to the first page that whoever comes may open."""
    if permits(Permission.READ_DASHBOARD):
        return redirect(url_for("admin.dashboard"), 303)
    reads = permits(Permission.READ_APPLICATIONS) or administrator().is_owner
    return redirect(url_for("admin.clients" if reads else "admin.users"), 303)


def administrator() -> SignedIn:
    """Return who does what is done here."""
    somebody = guards.person()
    if somebody is None:
        message = "a page of the administration without an administrator"
        raise RuntimeError(message)
    return somebody


def permits(permission: Permission) -> bool:
    """Tell whether who is here may do this to everything there is."""
    return roles.permits(administrator(), permission)


def own_clients(permission: Permission) -> frozenset[str] | None:
    """Return the applications that who is here may do this to, None when it is all of them."""
    return None if permits(permission) else owners.client_ids(administrator().user_id)
