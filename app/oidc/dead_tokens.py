"""Why an access token is refused: asked only after a refusal, so a living one waits for nothing."""

from __future__ import annotations

from typing import Any

from app.clock import now, timestamp
from app.oidc import access_token
from app.oidc.reasons import BearerRefusal
from app.oidc.request import ProtocolRequest
from app.security import jose
from app.security.jose import BadToken
from app.services.authorization import access_tokens, families, keys
from app.services.authorization.attempts import masked
from app.services.clients import clients
from app.settings import settings

CHECK = "access_token"
#: What its bearer is told when the cause is somebody else's business.
TOLD = "access_token_refused"
#: How the causes begin that its bearer may know.
ABOUT_TOKEN = "access_token_"


def refusal(value: str, request: ProtocolRequest) -> BearerRefusal:
    """Return the refusal of a token, and let it stand in the trace of its sign-in."""
    is_opaque = value.startswith(access_token.OPAQUE_PREFIX)
    cause, row, sent = _opaque(value) if is_opaque else _jwt(value)
    if row is not None:
        request.trace.client_id = row.client_id
        if row.user_id is not None:
            request.trace.reference, request.trace.user_id = row.reference, row.user_id
    told = "" if cause.startswith(ABOUT_TOKEN) else TOLD
    return BearerRefusal(cause, CHECK, sent=sent, told=told)


def _opaque(value: str) -> tuple[str, Any, str]:
    row = access_tokens.behind_opaque(value)
    if row is None:
        return "access_token_unknown", None, masked(value)
    if row.token_revoked:
        return "access_token_revoked", row, masked(value)
    if row.expires_at <= now():
        return "access_token_expired", row, str(row.expires_at)
    return _of_row(row), row, masked(value)


def _jwt(value: str) -> tuple[str, Any, str]:
    try:
        claims = jose.verify(
            value, keys.verifiers(), typ=access_token.TYP, issuer=settings.issuer, at=None
        )
    except BadToken as bad:
        return "access_token_unknown", None, f"{masked(value)}, {bad.reason}"
    row = None
    if "family" in claims:
        row = access_tokens.behind_jwt(claims["family"], claims["jti"])
    if claims["exp"] <= timestamp():
        return "access_token_expired", row, f"exp {claims['exp']}"
    if row is None:
        return _of_client(claims), None, masked(value)
    if row.token_revoked:
        return "access_token_revoked", row, masked(value)
    return _of_row(row), row, masked(value)


def _of_client(claims: dict[str, Any]) -> str:
    """Return why a token that a client got for itself is refused: where it lives, by its audience.

    The family of any other may be gone.
    """
    if "family" in claims or access_tokens.is_revoked(claims["jti"]):
        return "access_token_revoked"
    client = clients.find(claims["client_id"])
    is_on = client is not None and not client.is_disabled
    return "access_token_audience" if is_on else "client_turned_off"


def _of_row(row: Any) -> str:
    """Return why what a token came from is dead; where that lives, it is for another server."""
    if row.client_disabled_at is not None:
        return "client_turned_off"
    fault = families.fault(row) if row.user_id is not None else ""
    return fault or "access_token_audience"
