"""UserInfo (OIDC Core §5.3)."""

from __future__ import annotations

import json
from typing import Any

from authlib.oauth2.rfc6749 import Endpoint

from app.models import Client
from app.oidc import claims_request, id_token, protection
from app.oidc.protector import Presented, Protector
from app.oidc.request import ProtocolRequest
from app.services.authorization import keys
from app.services.clients import clients, scopes
from app.services.people import claims
from app.settings import settings

SIGNED = "application/jwt"
Answer = tuple[int, dict[str, Any] | str, list[tuple[str, str]]]


class UserInfoEndpoint(Endpoint):
    """Tell the bearer of an access token what its scopes allow about the user."""

    ENDPOINT_NAME = "userinfo"
    protector = Protector()

    def create_endpoint_response(self, request: ProtocolRequest) -> Answer:
        """Return the claims, signed or encrypted for a client that wants them so (§5.3.2)."""
        token = self.protector.validate_request(["openid"], request)
        client = clients.find(token.client_id)
        told = contents(client, token)
        alg = alg_of(client)
        seal = protection.of(client, "userinfo", is_token=bool(alg)) if client else None
        if not alg and seal is None:
            return 200, told, []
        body = keys.signer(alg).sign(told, typ=id_token.TYP) if alg else json.dumps(told)
        return 200, protection.apply(seal, body), [("Content-Type", SIGNED)]


def alg_of(client: Client | None) -> str | None:
    """Return what the answer to a client is signed with, None when it is not."""
    return client.setting("userinfo_signed_response_alg") if client else None


def contents(client: Client | None, token: Presented) -> dict[str, Any]:
    """Return what the bearer of a token is told; a signed answer names both sides (§5.3.2)."""
    told = _about(token)
    if alg_of(client):
        return {**told, "iss": settings.issuer, "aud": token.client_id}
    return told


def _about(token: Presented) -> dict[str, Any]:
    """Return the claims of the scopes and those asked for one by one; `sub` is the ID token's."""
    by_scope = claims.about(token.granted, scopes.split(token.scope))
    single = (token.granted.claims_request or {}).get("userinfo", ())
    asked = claims_request.about(token.granted, single)
    return {**by_scope, **asked, "sub": token.subject}
