"""The client credentials grant: a client gets a token for itself (RFC 6749 §4.4)."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc6749.hooks import hooked

from app.models import Client
from app.oidc import client_auth
from app.oidc.reasons import Refusal
from app.oidc.request import ProtocolRequest
from app.services.clients import scopes


class ClientCredentialsGrant(grants.ClientCredentialsGrant):
    """Give a confidential client a token that speaks for nobody else."""

    TOKEN_ENDPOINT_AUTH_METHODS = client_auth.CONFIDENTIAL
    request: ProtocolRequest

    def validate_token_request(self) -> None:
        """Check what the client asks for.

        Raises:
            Refusal: the grant type or every scope is not the client's.
        """
        client = self.authenticate_token_endpoint_client()
        if not client.check_grant_type(self.GRANT_TYPE):
            raise Refusal("grant_type_not_allowed", "grant_type", sent=self.GRANT_TYPE)
        self.request.scope = scope_for(client, self.request.payload.scope or "")

    @hooked
    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """Return a token for the client itself; it never comes with a refresh token (§4.4.3)."""
        token = self.generate_token(scope=self.request.scope, include_refresh_token=False)
        self.save_token(token)
        return 200, token, self.TOKEN_RESPONSE_HEADER


def scope_for(client: Client, asked: str) -> str:
    """Return what a client gets for itself; scopes that speak of a user are left out.

    Raises:
        Refusal: nothing is left of what it asks for.
    """
    allowed = client.get_allowed_scope(asked or client.setting("scope") or "")
    own = _own_scopes(allowed)
    if asked and not own:
        raise Refusal("scope_not_allowed", "scope", sent=asked)
    return own


def _own_scopes(allowed: str) -> str:
    """Leave out the scopes that speak of a user: there is none."""
    named = (name for name in scopes.without_off(allowed.split()) if name not in scopes.BY_NAME)
    return scopes.join(name for name in named if not scopes.claims_of(name))
