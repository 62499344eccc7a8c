"""Take back what one has given: an application's access, a session on another device."""

from __future__ import annotations

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue

from app.database import commit
from app.services import clients, consents, sessions
from app.web import guards
from app.web.account.home import blueprint, somebody


@blueprint.post("/apps/<client_id>/remove")
@guards.signed_in_only
def remove_app(client_id: str) -> ResponseReturnValue:
    """Withdraw the consent; every token that came from it is dead at once (security.md CO06)."""
    consents.withdraw(somebody().user_id, clients.get(client_id))
    commit()
    return redirect(url_for("account.home", saved="app"), 303)


@blueprint.post("/sessions/<int:session_id>/end")
@guards.signed_in_only
def end_session(session_id: int) -> ResponseReturnValue:
    """End one's session on another device; for this one there is the button above."""
    me = somebody()
    if session_id == me.session_id or not sessions.end_one(session_id, me.user_id):
        abort(404)
    commit()
    return redirect(url_for("account.home", saved="session"), 303)
