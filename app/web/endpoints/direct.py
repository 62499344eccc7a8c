"""A client knocks, with its credential: token, introspection, revocation. No cookie, no cache."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from flask import Blueprint, Response, g, request

from app.database import commit
from app.oidc import joining, used
from app.oidc.grants.device_code import STILL_WAITING, DeviceCodeGrant
from app.oidc.provider import provider
from app.oidc.reasons import Refusal
from app.oidc.request import ProtocolRequest, from_client, unread
from app.services.authorization import sightings
from app.services.authorization.attempts import Trace
from app.services.clients import uses
from app.web import cross_origin, guards
from app.web.access import ANYONE, needs
from app.web.csrf import csrf

blueprint = Blueprint("direct", __name__)
METHODS = ["POST", "OPTIONS"]
#: Grants that redeem what a person has given.
ENDS_SIGN_IN = frozenset({"authorization_code", DeviceCodeGrant.GRANT_TYPE})


@blueprint.route("/token", methods=METHODS, provide_automatic_options=False)
@csrf.exempt
@needs(ANYONE)
def token() -> Response:
    """Answer a token request (RFC 6749 §3.2)."""
    return _answer("token", provider.create_token_response)


@blueprint.route("/device_authorization", methods=METHODS, provide_automatic_options=False)
@csrf.exempt
@needs(ANYONE)
def device_authorization() -> Response:
    """Answer a device that wants its person to sign in elsewhere (RFC 8628 §3.1)."""
    return _answer("device_authorization", _endpoint("device_authorization"))


@blueprint.route("/introspect", methods=METHODS, provide_automatic_options=False)
@csrf.exempt
@needs(ANYONE)
def introspect() -> Response:
    """Answer an introspection request (RFC 7662)."""
    return _answer("introspect", _endpoint("introspection"))


@blueprint.route("/revoke", methods=METHODS, provide_automatic_options=False)
@csrf.exempt
@needs(ANYONE)
def revoke() -> Response:
    """Answer a revocation request (RFC 7009)."""
    return _answer("revoke", _endpoint("revocation"))


def _endpoint(name: str) -> Callable[[ProtocolRequest], Response]:
    def respond(asked: ProtocolRequest) -> Response:
        return cast("Response", provider.create_endpoint_response(name, asked))

    return respond


def _answer(endpoint: str, respond: Callable[[ProtocolRequest], Response]) -> Response:
    if request.method == "OPTIONS":
        return cross_origin.preflight(("POST",))
    return cross_origin.allow(_respond(Trace(endpoint), respond))


def _respond(trace: Trace, respond: Callable[[ProtocolRequest], Response]) -> Response:
    """Answer and commit, also when the answer is a refusal: it may carry a revocation."""
    try:
        asked = from_client(trace)
    except Refusal as refusal:
        asked = unread(trace)
        response: Response = provider.handle_error_response(asked, refusal)
    else:
        response = respond(asked)
    is_pending = trace.reason in STILL_WAITING
    if trace.reason and trace.endpoint == "token" and not is_pending:
        joining.join(asked)
    g.reference = trace.reference
    if asked.client is not None:
        uses.note(asked.client, used.by_client(asked))
    if trace.reason:
        response.headers[cross_origin.REFERENCE] = trace.reference
    if asked.client is not None and asked.auth_method != "none" and not trace.reason:
        # A client without a secret runs on its person's device: whose address is theirs.
        sightings.here().called(asked.client.client_id, guards.address())
    if not is_pending:
        _write(trace, asked.payload.get("grant_type"))
    commit()
    return response


def _write(trace: Trace, grant_type: str) -> None:
    """Keep the trace of what was refused, and of where a person's sign-in begins or ends.

    Other successes of machines leave no row.
    """
    if trace.reason:
        trace.write("refused")
    elif trace.endpoint == "device_authorization":
        trace.reason = "device_shown"
        trace.write("waiting")
    elif grant_type in ENDS_SIGN_IN:
        trace.write("ok")
