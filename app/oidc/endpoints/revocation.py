"""Token revocation (RFC 7009)."""

from __future__ import annotations

from typing import Any

from authlib.oauth2 import rfc7009

from app.models import Client
from app.oidc import client_auth, protector
from app.oidc.endpoints.introspection import REFRESH_PREFIX
from app.oidc.reasons import Refusal
from app.oidc.request import ProtocolRequest
from app.services.authorization import families, refresh_tokens
from app.services.upkeep import audit
from app.services.upkeep.audit import Event


class RevocationEndpoint(rfc7009.RevocationEndpoint):
    """Let a client give up its own tokens; a refresh token takes its whole family along."""

    CLIENT_AUTH_METHODS = client_auth.NAMES

    def create_endpoint_response(
        self, request: ProtocolRequest
    ) -> tuple[int, str, list[tuple[str, str]]]:
        """Revoke the token; 200 with an empty body, also for what we do not know (§2.2)."""
        client = self.authenticate_endpoint_client(request)
        value = request.payload.get("token")
        if not value:
            raise Refusal("token_missing", "token", expected="token")
        if value.startswith(REFRESH_PREFIX):
            self._revoke_family(value, client, request)
        else:
            self._revoke_access(value, client, request)
        return 200, "", []

    def _revoke_family(self, value: str, client: Client, request: ProtocolRequest) -> None:
        granted = refresh_tokens.find(value)
        if granted is None or granted.client_pk != client.id:
            return  # a foreign token stays alive and unknown to whoever asks
        families.revoke(granted.family_id)
        _record(request, granted, "refresh_token")

    def _revoke_access(self, value: str, client: Client, request: ProtocolRequest) -> None:
        token = protector.find(value)
        if token is None or not token.check_client(client):
            return
        protector.revoke(token)
        _record(request, token.granted, "access_token")


def _record(request: ProtocolRequest, granted: Any, kind: str) -> None:
    audit.record(
        Event.TOKEN_REVOKED,
        user_id=granted.user_id if granted is not None else None,
        client_id=request.trace.client_id,
        reference=granted.reference if granted is not None else "",
        kind=kind,
    )
