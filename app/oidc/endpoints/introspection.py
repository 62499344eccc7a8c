"""Token introspection (RFC 7662)."""

from __future__ import annotations

from typing import Any

from authlib.oauth2 import rfc7662

from app.clock import now
from app.models import Client
from app.oidc import client_auth, protector
from app.oidc.protector import Presented
from app.oidc.reasons import Refusal
from app.oidc.request import ProtocolRequest
from app.services.authorization import families, refresh_tokens
from app.services.clients import clients, subjects
from app.settings import settings

REFRESH_PREFIX = "swx_rt_"


class IntrospectionEndpoint(rfc7662.IntrospectionEndpoint):
    """Tell a client about a token it may know of; everything else is just not active."""

    CLIENT_AUTH_METHODS = client_auth.CONFIDENTIAL

    def check_params(self, request: ProtocolRequest, _client: Client) -> None:
        """Check the parameters; an unknown token_type_hint is ignored (RFC 7662 §2.1).

        Raises:
            Refusal: there is no token.
        """
        if not request.payload.get("token"):
            raise Refusal("token_missing", "token", expected="token")

    def query_token(self, token_string: str, _hint: str | None) -> dict[str, Any] | None:
        """Return what there is to say about a token; its prefix tells the kind, not the hint."""
        if token_string.startswith(REFRESH_PREFIX):
            return _refresh(token_string)
        token = protector.find(token_string)
        return contents(token) if token else None

    def check_permission(
        self,
        token: dict[str, Any],
        client: Client,
        request: ProtocolRequest,  # noqa: ARG002 (Authlib's signature)
    ) -> bool:
        """Tell whether the client may know: it is its own, is meant for it, or it is an API.

        A refresh token goes to no API: nobody but its own client may learn that it lives.
        """
        if token["client_id"] == client.client_id:
            return True
        if "token_type" not in token:
            return False
        audience = token["aud"]
        return client.client_id in ([audience] if isinstance(audience, str) else audience) or bool(
            client.setting("introspects")
        )

    def create_introspection_payload(self, token: dict[str, Any] | None) -> dict[str, Any]:
        """Return the answer; unknown, dead and foreign tokens look alike (RFC 7662 §2.2)."""
        return {"active": True, **token} if token else {"active": False}


def contents(token: Presented) -> dict[str, Any]:
    """Return what there is to say about a living access token (RFC 7662 §2.2)."""
    return {
        "scope": token.scope,
        "client_id": token.client_id,
        "token_type": "Bearer",
        "exp": token.expires_at,
        "iat": token.issued_at,
        "sub": token.subject,
        "aud": token.audience,
        "iss": settings.issuer,
        "jti": token.jti,
    }


def _refresh(value: str) -> dict[str, Any] | None:
    granted = refresh_tokens.find_with_client(value)
    if granted is None or granted.rotated_at is not None or granted.expires_at <= now():
        return None
    client = clients.find(granted.client_id)
    if client is None or granted.client_disabled_at or families.fault(granted):
        return None
    return {
        "scope": granted.granted_scope,
        "client_id": granted.client_id,
        "exp": int(granted.expires_at.timestamp()),
        "iat": int(granted.issued_at.timestamp()),
        "sub": subjects.of(client, granted),
        "iss": settings.issuer,
    }
