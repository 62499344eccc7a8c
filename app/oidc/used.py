"""What of all that a client is allowed a request has used: the evidence for taking things away."""

from __future__ import annotations

from app.oidc.request import ProtocolRequest
from app.services.clients import uses
from app.services.clients.uses import Fact, Kind


def by_browser(asked: ProtocolRequest) -> list[Fact]:
    """Return what an authorization request has used: also what its person has not allowed.

    Whoever takes a scope away that is asked for, and refused by some, breaks it for the others.
    """
    response_type = " ".join(sorted(asked.payload.get("response_type").split()))
    return [(Kind.RESPONSE, response_type), *_scopes(asked, asked.payload.get("scope"))]


def by_client(asked: ProtocolRequest) -> list[Fact]:
    """Return what a request of a client's server has used; of one that was refused, its secret."""
    facts = [uses.of_secret(asked.secret)] if asked.secret is not None else []
    if asked.trace.endpoint == "device_authorization" and not asked.trace.reason:
        return [*facts, *_scopes(asked, asked.payload.get("scope"))]  # also what people leave out
    grant_type = asked.payload.get("grant_type")
    if asked.trace.reason or asked.trace.endpoint != "token" or not grant_type:
        return facts
    # That a person's code was redeemed is known from the request that the code was given for.
    if grant_type != "authorization_code":
        facts += [(Kind.GRANT, grant_type), *_scopes(asked, _given(asked))]
    return facts


def _given(asked: ProtocolRequest) -> str:
    """Return the scope of the tokens: a family goes on using what it was given long ago."""
    if asked.refresh_token is not None:
        return asked.payload.get("scope") or str(asked.refresh_token.granted_scope)
    return asked.scope or ""


def _scopes(asked: ProtocolRequest, scope: str) -> list[Fact]:
    names = {*scope.split(), *asked.carriers} & asked.client.scopes
    return [(Kind.SCOPE, name) for name in names]
