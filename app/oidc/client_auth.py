"""Client authentication: one method a request, the registered one, strictly read (RFC 6749 §2.3).

An unknown client, a wrong secret and a client that is turned off get the same answer after the
same work; the trace alone names the cause.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote_plus

from app.models import Client
from app.oidc import client_assertion, client_mistakes
from app.oidc.client_mistakes import refused
from app.oidc.reasons import Refusal
from app.oidc.request import ProtocolRequest, named_scheme
from app.security import secrets
from app.services.authorization.attempts import described, shown
from app.services.clients import clients

LONGEST_HEADER = 4_096


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request claims about its client."""

    method: str
    client_id: str
    secret: str = ""


def authenticate(request: ProtocolRequest) -> Client:
    """Return the client that sent the request, and note it in the request and its trace.

    Raises:
        Refusal: no credentials, several, or not those of a living client.
    """
    if request.bench is not None:
        return _vouched_for(request)
    found = [presented for read in METHODS if (presented := read(request)) is not None]
    if not found:
        raise Refusal("client_authentication_missing", "client", sent="no credentials")
    if len(found) > 1:  # RFC 6749 §2.3: a client uses one method in each request
        sent = " and ".join(presented.method for presented in found)
        raise Refusal("client_authentication_twice", "client", sent=sent)
    presented = found[0]
    client = clients.find(presented.client_id)
    if client is None:  # what nobody is called may be a secret in the wrong place: no trace has it
        secrets.same(secrets.digest(presented.secret), secrets.digest(""))  # as much work as below
    else:
        request.trace.client_id = client.client_id
    if client is None or not _is_right(client, presented, request):
        raise _mistaken(client, presented)
    request.client, request.auth_method = client, presented.method
    request.trace.passed("client", presented.method)
    return client


def _mistaken(client: Client | None, presented: Credentials) -> Refusal:
    """Return the refusal that names what is wrong in the trace, and nothing of it on the wire."""
    cause = client_mistakes.cause(client, presented.method, presented.client_id, presented.secret)
    who = _shown_id(client, presented.client_id)
    if presented.method in client_assertion.ALGORITHMS:
        sent = f"{presented.method}, {who}"
    else:
        sent = f"{presented.method}, {who}, {described(presented.secret)}"
    expected = client.setting("token_endpoint_auth_method") if client else "a known client"
    return refused(cause, sent, expected=expected)


def _shown_id(client: Client | None, client_id: str) -> str:
    """Return a client_id as the trace keeps it: one that nobody has may be a secret."""
    if client is None and client_mistakes.is_like_a_secret(client_id):
        return described(client_id)
    return shown(client_id)


def _vouched_for(request: ProtocolRequest) -> Client:
    """Return the client of a request that the test bench has made, in this very process.

    We keep no secret that could be sent; nothing that comes over the network can set `bench`.
    """
    client: Client = request.bench
    request.trace.client_id = client.client_id
    if client.is_disabled:
        raise Refusal("client_authentication_refused", "client", sent="turned off")
    request.client = client
    request.auth_method = client.setting("token_endpoint_auth_method")
    request.trace.passed("client", "the test bench")
    return client


def _is_right(client: Client, presented: Credentials, request: ProtocolRequest) -> bool:
    is_registered = client.check_endpoint_auth_method(presented.method, "token")
    may_use_it = is_registered and not client.is_disabled
    if presented.method in client_assertion.ALGORITHMS:
        if may_use_it:
            client_assertion.check(client, presented.method, request)
        return may_use_it
    if presented.method == "none":
        return may_use_it
    found = client.secret_of(presented.secret)  # in any case: the same work for every answer
    request.secret = found if may_use_it else None
    return request.secret is not None


def _basic(request: ProtocolRequest) -> Credentials | None:
    """Read the Authorization header; both halves are form-url-encoded (RFC 6749 §2.3.1)."""
    header = request.headers.get("Authorization")
    if header is None:
        return None
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic" or len(header) > LONGEST_HEADER:
        raise refused("basic_header_malformed", named_scheme(scheme), expected="scheme Basic")
    try:
        pair = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
        client_id, colon, secret = pair.partition(":")
        client_id = unquote_plus(client_id, errors="strict")
        secret = unquote_plus(secret, errors="strict")
    except (binascii.Error, ValueError):
        raise refused("basic_header_malformed", "a Basic header that cannot be read") from None
    if not colon:
        raise refused("basic_header_malformed", "a Basic header, no colon")
    if request.payload.get("client_id") not in {"", client_id}:
        raise refused("client_ids_differ", "two different client_ids")
    return Credentials("client_secret_basic", client_id, secret)


def _post(request: ProtocolRequest) -> Credentials | None:
    secret = request.payload.get("client_secret")
    if not secret:
        return None
    return Credentials("client_secret_post", request.payload.get("client_id"), secret)


def _none(request: ProtocolRequest) -> Credentials | None:
    client_id = request.payload.get("client_id")
    proofs = ("client_secret", "client_assertion", "client_assertion_type")
    proved = any(request.payload.get(name) for name in proofs)
    if not client_id or proved or "Authorization" in request.headers:
        return None
    return Credentials("none", client_id)


def _assertion(request: ProtocolRequest) -> Credentials | None:
    found = client_assertion.client_id_of(request)
    return Credentials(*found) if found else None


METHODS: tuple[Callable[[ProtocolRequest], Credentials | None], ...] = (
    _basic,
    _post,
    _assertion,
    _none,
)
#: The registered names of the methods of clients that keep a secret, and of all.
CONFIDENTIAL = ("client_secret_basic", "client_secret_post", *client_assertion.ALGORITHMS)
NAMES = (*CONFIDENTIAL, "none")
