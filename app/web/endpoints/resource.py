"""A token knocks: userinfo (OIDC Core §5.3)."""

from __future__ import annotations

from typing import cast

from authlib.oauth2 import OAuth2Error
from flask import Blueprint, Response, g, request

from app.database import commit
from app.oidc.provider import provider
from app.oidc.request import from_bearer, unread
from app.services.authorization.attempts import Trace
from app.web import cross_origin
from app.web.access import ANYONE, needs
from app.web.csrf import csrf

blueprint = Blueprint("resource", __name__)
METHODS = ["GET", "POST", "OPTIONS"]


@blueprint.route("/userinfo", methods=METHODS, provide_automatic_options=False)
@csrf.exempt
@needs(ANYONE)
def userinfo() -> Response:
    """Tell a client about its user; one query, and a row only for a refusal."""
    if request.method == "OPTIONS":
        return cross_origin.preflight(("GET", "POST"))
    trace = Trace("userinfo")
    try:
        response = provider.create_endpoint_response("userinfo", from_bearer(trace))
    except OAuth2Error as refusal:
        response = provider.handle_error_response(unread(trace), refusal)
    g.reference = trace.reference
    if trace.reason:
        trace.write("refused")
        response.headers[cross_origin.REFERENCE] = trace.reference
        commit()
    return cross_origin.allow(cast("Response", response))
