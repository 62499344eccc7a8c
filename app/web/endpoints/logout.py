"""A client asks to sign its user out (OIDC RP-Initiated Logout 1.0)."""

from __future__ import annotations

from flask import Blueprint, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.database import commit
from app.oidc import logout_request
from app.oidc.logout_request import LogoutRequest
from app.oidc.reasons import Refusal
from app.oidc.request import check_shape, from_browser
from app.security import uris
from app.services.authorization.attempts import Trace
from app.services.authorization.signed_in import SignedIn
from app.services.clients import address_uses
from app.web import guards, leaving
from app.web.access import ANYONE, needs
from app.web.csrf import csrf
from app.web.endpoints import refusals

blueprint = Blueprint("logout", __name__)
KEPT = (
    "client_id",
    "post_logout_redirect_uri",
    "id_token_hint",
    "state",
    "logout_hint",
    "ui_locales",
)


@blueprint.route("/end_session", methods=["GET", "POST"])
@csrf.exempt
@needs(ANYONE)
def end_session() -> ResponseReturnValue:
    """End the session the client speaks of; ask the person when it is not certain."""
    trace = Trace("end_session")
    g.reference = trace.reference
    try:
        asked = from_browser(trace)
        check_shape(asked.payload)
    except Refusal as refusal:
        return refusals.page(refusal, trace)
    shown = {name: value for name, value in asked.payload.data.items() if name in KEPT}
    if request.method == "POST":
        # Another site's form carries no Lax cookie: meet the browser on the way back.
        here = url_for("logout.end_session")
        return redirect(uris.with_parameters(here, shown) if shown else here, 303)
    try:
        wanted = logout_request.read(asked)
    except Refusal as refusal:
        return refusals.page(refusal, trace, shown=shown, member="post_logout_redirect_uris")
    g.reference = trace.reference
    return _answer(wanted, trace)


def _answer(wanted: LogoutRequest, trace: Trace) -> ResponseReturnValue:
    person = guards.person()
    meant = _meant(wanted, person)
    if person is None or meant is not None:
        trace.user_id = meant.user_id if meant else None
        trace.write("ok")
        if wanted.client is not None and wanted.return_url is not None:
            address_uses.note(wanted.client, wanted.address, member=address_uses.LOGOUT)
        people = [meant] if meant else []
        return leaving.end(people, client=wanted.client, return_url=wanted.return_url)
    trace.write("waiting")
    commit()
    client_id = wanted.client.client_id if wanted.client else None
    return redirect(url_for("login.sign_out", client_id=client_id), 303)


def _meant(wanted: LogoutRequest, person: SignedIn | None) -> SignedIn | None:
    """Return whom the client speaks of: who is signed in, or another account of this browser."""
    if person is not None and wanted.is_about(person):
        return person
    if wanted.hint is None:
        return None
    others = (account.session for account in guards.accounts())
    return next((other for other in others if other and wanted.is_about(other)), None)
