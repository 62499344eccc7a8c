"""UserInfo (OIDC Core §5.3)."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749 import Endpoint

from app.oidc import claims_request
from app.oidc.protector import Protector
from app.oidc.request import ProtocolRequest
from app.services import claims, scopes


class UserInfoEndpoint(Endpoint):
    """Tell the bearer of an access token what its scopes allow about the user."""

    ENDPOINT_NAME = "userinfo"
    protector = Protector()

    def create_endpoint_response(
        self, request: ProtocolRequest
    ) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """Return the claims; their `sub` is the ID token's (§5.3.2)."""
        token = self.protector.validate_request(["openid"], request)
        by_scope = claims.about(token.granted, scopes.split(token.scope))
        single = (token.granted.claims_request or {}).get("userinfo", ())
        return 200, {**by_scope, **claims_request.about(token.granted, single)}, []
