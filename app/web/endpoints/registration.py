"""Clients register and manage themselves (RFC 7591, RFC 7592, OIDC Registration 1.0)."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from math import ceil
from typing import Any

from flask import Blueprint, Response, g, request

from app.clock import now
from app.database import commit, rollback
from app.errors import Conflict, InvalidInput, TooMany
from app.models import Client
from app.oidc.provider import NEVER_CACHED
from app.oidc.reasons import BearerMissing, BearerRefusal, Refusal
from app.security.strict_json import BadJson, parse_object
from app.services.authorization.attempts import Trace, masked
from app.services.clients import registrations, sectors
from app.services.clients.registrations import TokenRefused
from app.services.upkeep import throttles
from app.settings import settings
from app.web import cross_origin, guards
from app.web.access import ANYONE, needs
from app.web.csrf import csrf

blueprint = Blueprint("registration", __name__)
LONGEST_DESCRIPTION = 300
NOT_IN_DESCRIPTIONS = str.maketrans({'"': "'", "\\": "/"})
NOT_LET_IN = "initial_token_refused"


@blueprint.route("/register", methods=["POST", "OPTIONS"], provide_automatic_options=False)
@csrf.exempt
@needs(ANYONE)
def register() -> Response:
    """Register a client (RFC 7591 §3)."""
    return _answer(("POST",), _register)


@blueprint.route(
    "/register/<client_id>",
    methods=["GET", "PUT", "DELETE", "OPTIONS"],
    provide_automatic_options=False,
)
@csrf.exempt
@needs(ANYONE)
def manage(client_id: str) -> Response:
    """Read, replace or delete a client's own registration (RFC 7592 §2)."""
    acts = {"GET": _read, "HEAD": _read, "PUT": _replace, "DELETE": _delete}

    def act(trace: Trace) -> Response:
        token = _bearer(trace)
        try:
            client = registrations.find(client_id, token)
        except TokenRefused:
            refused = "registration_token_refused"
            raise BearerRefusal(refused, "access_token", sent=masked(token)) from None
        trace.client_id = client.client_id
        return acts[request.method](client, token)

    return _answer(("GET", "PUT", "DELETE"), act)


def _answer(methods: tuple[str, ...], act: Callable[[Trace], Response]) -> Response:
    if request.method == "OPTIONS":
        return cross_origin.preflight(methods)
    trace = Trace("register")
    g.reference = trace.reference
    try:
        response = act(trace)
    except Refusal as refusal:
        rollback()
        trace.refused(refusal.check, refusal.reason.code, sent=refusal.sent)
        response = _json(dict(refusal.get_body()), refusal.status_code)
        response.headers.extend(
            (name, value) for name, value in refusal.get_headers() if name == "WWW-Authenticate"
        )
    if trace.reason:
        response.headers[cross_origin.REFERENCE] = trace.reference
    trace.write("refused" if trace.reason else "ok")
    commit()
    return cross_origin.allow(response)


def _register(trace: Trace) -> Response:
    if settings.registration == "closed":
        raise Refusal("registration_closed", "registration")
    members = _members()
    try:
        let_in = _knock(trace)
        wanted = registrations.proposed(members)
        sectors.check(wanted)
        let_in()
        client, secret, token = registrations.register(wanted)
    except TooMany as many:
        rollback()
        trace.refused("throttle", "registration_too_often")
        refusal = Refusal("registration_too_often", "throttle")
        response = _json(dict(refusal.get_body()), 429)
        response.headers["Retry-After"] = str(ceil(many.retry_after.total_seconds()))
        return response
    except InvalidInput as fault:
        raise _unusable(fault) from None
    trace.client_id = client.client_id
    trace.passed("registration", client.name)
    return _json(_information(client, token, secret), 201)


def _knock(trace: Trace) -> Callable[[], None]:
    """Count a stranger's registration, or look at an initial access token; return how to use it.

    Nobody makes us fetch anything before this; and a token is used up by a registration alone.
    """
    if settings.registration == "open":
        if not settings.is_local:
            throttles.reserve((throttles.registered(guards.address(), now()),))
            commit()
        return lambda: None
    token = _bearer(trace, refused=NOT_LET_IN)
    if not registrations.is_initial_token(token):
        raise BearerRefusal(NOT_LET_IN, "access_token", sent=masked(token))
    return partial(_let_in, token)


def _let_in(token: str) -> None:
    try:
        registrations.use_initial_token(token)
    except TokenRefused:  # another registration was first
        raise BearerRefusal(NOT_LET_IN, "access_token", sent=masked(token)) from None


def _read(client: Client, token: str) -> Response:
    return _json(_information(client, token, None), 200)


def _replace(client: Client, token: str) -> Response:
    try:
        wanted = registrations.proposed(_members(), client)
        sectors.check(wanted, before=client.registration)
        secret = registrations.replace(client, wanted)
    except InvalidInput as fault:
        raise _unusable(fault) from None
    except Conflict:
        raise Refusal("metadata_unusable", "registration", sent="changed meanwhile") from None
    return _json(_information(client, token, secret), 200)


def _delete(client: Client, _token: str) -> Response:
    registrations.delete(client)
    response = Response(status=204)
    response.headers.update(NEVER_CACHED)
    return response


def _bearer(trace: Trace, refused: str = "registration_token_refused") -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise BearerMissing(refused, "access_token", sent="no Bearer token")
    trace.passed("bearer", masked(token.strip()))
    return token.strip()


def _members() -> dict[str, Any]:
    """Read the metadata: JSON with one meaning, without NUL, which PostgreSQL cannot keep."""
    raw = request.get_data(cache=False, parse_form_data=False)
    if request.mimetype != "application/json":
        raise Refusal("registration_not_json", "registration", sent=request.mimetype)
    try:
        members = parse_object(raw)
    except BadJson:
        raise Refusal("registration_not_json", "registration", sent="no JSON object") from None
    if "\\u0000" in json.dumps(members):
        raise Refusal("metadata_unusable", "registration", sent="a NUL character")
    if "software_statement" in members:
        raise Refusal("software_statement_unsupported", "registration")
    return members


def _unusable(fault: InvalidInput) -> Refusal:
    """Return the refusal of RFC 7591 §3.2.2; it says which member, in plain ASCII."""
    code = "redirect_uris_unusable" if fault.field == "redirect_uris" else "metadata_unusable"
    words = f"{fault.field}: {fault.public}".translate(NOT_IN_DESCRIPTIONS)
    plain = "".join(sign if " " <= sign <= "~" else "?" for sign in words)
    return Refusal(code, fault.field, sent=words, description=plain[:LONGEST_DESCRIPTION])


def _information(client: Client, token: str, secret: str | None) -> dict[str, Any]:
    """Return the client information response (RFC 7591 §3.2.1, RFC 7592 §3)."""
    members: dict[str, Any] = {
        "client_id": client.client_id,
        "client_id_issued_at": int(client.created_at.timestamp()),
        "registration_client_uri": f"{settings.issuer}/register/{client.client_id}",
        "registration_access_token": token,
    }
    if secret is not None:
        members |= {"client_secret": secret, "client_secret_expires_at": 0}
    return {**registrations.registered(client), **members}


def _json(body: dict[str, Any], status: int) -> Response:
    text = json.dumps(body, separators=(",", ":"))
    response = Response(text, status, mimetype="application/json")
    response.headers.update(NEVER_CACHED)
    return response
