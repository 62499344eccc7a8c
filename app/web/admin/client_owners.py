"""The owners of an application: named by an administrator; one of several may step down."""

from __future__ import annotations

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from app.database import commit
from app.services.clients import clients, owners
from app.services.people import accounts
from app.services.people.roles import Permission
from app.web import guards
from app.web.access import needs
from app.web.admin.client import OwnerForm, back_to, page
from app.web.admin.entrance import administrator, blueprint


@blueprint.post("/applications/<client_id>/owners")
@needs(Permission.CHANGE_OWNERS)
def add_owner(client_id: str) -> ResponseReturnValue:
    """Let a user see and edit the application."""
    row, form = clients.get(client_id), OwnerForm()
    user = accounts.find_by_email(form.email.data) if form.validate_on_submit() else None
    if user is None:
        form.email.errors = form.email.errors or [_("No user has this address.")]
        return page(row, owner_form=form), 422
    owners.add(row, user, by=administrator().user_id, address=guards.address())
    commit()
    return back_to(client_id, "owner-added", "owners")


@blueprint.post("/applications/<client_id>/owners/<int:user_id>/remove")
@needs(Permission.CHANGE_OWNERS)
def remove_owner(client_id: str, user_id: int) -> ResponseReturnValue:
    """Take the application away from an owner."""
    row = clients.get(client_id)
    owners.remove(row, user_id, by=administrator().user_id, address=guards.address())
    commit()
    return back_to(client_id, "owner-removed", "owners")


@blueprint.post("/applications/<client_id>/owners/leave")
@needs(Permission.LEAVE_APPLICATIONS)
def leave_client(client_id: str) -> ResponseReturnValue:
    """Step down as an owner; the account page is one that everybody may open afterwards."""
    owners.leave(clients.get(client_id), administrator().user_id, address=guards.address())
    commit()
    return redirect(url_for("account.home"), 303)
