"""Why an access token is refused: asked only after a refusal, so a living one waits for nothing."""

from __future__ import annotations

from typing import Any

from app.clock import now, timestamp
from app.oidc import access_token
from app.oidc.reasons import BearerRefusal
from app.oidc.request import ProtocolRequest
from app.security import jose
from app.security.jose import BadToken
from app.services.authorization import access_tokens, keys
from app.services.authorization.attempts import masked
from app.settings import settings

CHECK = "access_token"
#: What its bearer is told when the cause is somebody else's business.
TOLD = "access_token_refused"
#: What lives is refused for its audience: it is for another server.
ELSEWHERE = "access_token_audience"
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
    if row.expires_at <= now() and not row.token_revoked:
        return "access_token_expired", row, str(row.expires_at)
    return access_tokens.fault(row) or ELSEWHERE, row, masked(value)


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
    if row is not None:
        fault = access_tokens.fault(row)
    elif "family" in claims:
        fault = "access_token_revoked"  # its family is gone
    else:
        fault = access_tokens.fault_of_clients_own(claims["client_id"], claims["jti"])
    return fault or ELSEWHERE, row, masked(value)
