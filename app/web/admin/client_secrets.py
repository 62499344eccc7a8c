"""The secrets of an application: add a second one, which is shown once; revoke one."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.database import commit, rollback
from app.errors import Refused
from app.services.clients import clients
from app.services.people.roles import Permission
from app.web.access import needs
from app.web.admin import filled
from app.web.admin.client import back_to
from app.web.admin.clients import summary
from app.web.admin.entrance import administrator, blueprint


@blueprint.post("/applications/<client_id>/secrets")
@needs(Permission.CHANGE_SECRETS)
def client_secret(client_id: str) -> ResponseReturnValue:
    """Add a secret; this answer is the only place it ever stands. Sent again, it is refused."""
    row = clients.get(client_id)
    try:
        secret = clients.add_secret(row, by=administrator().user_id)
    except Refused:  # somebody else has added one, or this was sent again: the page says how it is
        rollback()
        return redirect(url_for("admin.client", client_id=client_id, _anchor="secrets"), 303)
    commit()
    others = len([kept for kept in row.secrets if kept.is_alive]) - 1
    return render_template(
        "admin/secret_created.html",
        client=summary(row),
        secret=secret,
        others=others,
        snippets=filled.all_of(row, secret),
    )


@blueprint.post("/applications/<client_id>/secrets/<int:secret_id>/revoke")
@needs(Permission.CHANGE_SECRETS)
def revoke_secret(client_id: str, secret_id: int) -> ResponseReturnValue:
    """Revoke one secret."""
    clients.revoke_secret(clients.get(client_id), secret_id, by=administrator().user_id)
    commit()
    return back_to(client_id, "revoked")
