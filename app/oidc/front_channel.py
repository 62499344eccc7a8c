"""Tokens in an authorization response: implicit and hybrid flows (OIDC Core §3.2.2.5, §3.3.2.5)."""

from __future__ import annotations

from typing import Any

from app.oidc import access_token, id_token, protection
from app.oidc.request import ProtocolRequest
from app.services.clients import scopes
from app.services.people import claims, users


def tokens(request: ProtocolRequest, response_type: str, granted: Any, code: str) -> dict[str, str]:
    """Return the members beside the code; nothing here can be refreshed (RFC 6749 §4.2.2).

    They belong to the same family as the code: its replay kills them, too.
    """
    words, scope = response_type.split(), request.scope or ""
    members: dict[str, str] = {}
    if "token" in words:
        value, lifetime = access_token.build(request.client, granted, scope)
        members = {
            "access_token": value,
            "token_type": "Bearer",
            "expires_in": str(lifetime),
            "scope": scope,
        }
        response = {**members, "expires_in": lifetime}
        access_token.keep(request.client, granted, response)
    if "id_token" in words:
        signed = id_token.issue(
            request.client,
            granted,
            nonce=request.payload.get("nonce"),
            access_token=members.get("access_token", ""),
            code=code,
            about=_about(granted, scope) if words == ["id_token"] else id_token.NOTHING,
        )
        members["id_token"] = protection.apply(request.seal, signed)
    return members


def _about(granted: Any, scope: str) -> dict[str, Any]:
    """Return what the scopes let the client see: it gets no access token to ask with (§5.4)."""
    return claims.about(users.get(granted.user_id), scopes.split(scope))
