"""What an application was told of sign-outs, and a notice to try it with."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from app.database import commit
from app.errors import Refused
from app.services.authorization import logouts
from app.services.clients import clients
from app.services.people.roles import Permission
from app.web.access import needs
from app.web.admin.client import back_to
from app.web.admin.entrance import blueprint


@blueprint.post("/applications/<client_id>/logout-test")
@needs(Permission.CHANGE_APPLICATIONS)
def logout_test(client_id: str) -> ResponseReturnValue:
    """Send a notice about a session that never was."""
    row = clients.get(client_id)
    if not row.setting("backchannel_logout_uri"):
        raise Refused("The application has no address for notices.")
    logouts.test(row)
    commit()
    return back_to(client_id, "told")
