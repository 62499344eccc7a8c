"""The refresh token grant, with rotation (RFC 6749 §6, RFC 9700 §4.14)."""

from __future__ import annotations

import json
from typing import Any

from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc6749.hooks import hooked

from app.clock import now
from app.models import Client
from app.oidc import client_auth
from app.oidc.reasons import Refusal, over
from app.oidc.request import ProtocolRequest
from app.services.authorization import families, refresh_tokens
from app.services.authorization.attempts import masked
from app.services.clients import scopes
from app.services.upkeep import audit
from app.services.upkeep.audit import Event


class RefreshTokenGrant(grants.RefreshTokenGrant):
    """Rotate a refresh token once; a lost answer is repeated, a reuse revokes the family."""

    TOKEN_ENDPOINT_AUTH_METHODS = client_auth.NAMES
    INCLUDE_NEW_REFRESH_TOKEN = True
    request: ProtocolRequest

    def validate_token_request(self) -> None:
        """Check a refresh token that a client presents.

        Raises:
            Refusal: it is unknown, expired, of another client, or its authorization is over.
        """
        client = self.authenticate_token_endpoint_client()
        if not client.check_grant_type(self.GRANT_TYPE):
            raise Refusal("grant_type_not_allowed", "grant_type", sent=self.GRANT_TYPE)
        token = self.request.payload.get("refresh_token")
        if not token:
            raise Refusal("parameter_missing", "refresh_token", expected="refresh_token")
        granted = self.authenticate_refresh_token(token)
        self._check(granted, client, token)
        self.request.refresh_token = granted

    def authenticate_refresh_token(self, refresh_token: str) -> Any:
        """Return the granted row of a refresh token, None when there is none."""
        return refresh_tokens.find(refresh_token)

    def _check(self, granted: Any, client: Client, token: str) -> None:
        if granted is None:
            raise Refusal("refresh_token_unknown", "refresh_token", sent=masked(token))
        if granted.client_pk != client.id:
            raise Refusal("refresh_token_of_another_client", "refresh_token", sent=masked(token))
        self.request.trace.reference = granted.reference
        self.request.trace.user_id = granted.user_id
        fault = families.fault(granted)
        if fault:
            raise Refusal(fault, "refresh_token")
        if granted.expires_at <= now():
            raise over("refresh_token_expired", "refresh_token", granted.expires_at)
        asked = set(scopes.split(self.request.payload.scope))
        beyond = asked.difference(granted.granted_scope.split())
        if beyond:  # RFC 6749 §6: never more than was granted
            raise Refusal("scope_widened", "scope", sent=scopes.join(beyond))
        self.request.trace.passed("refresh_token", masked(token))

    @hooked
    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """Return new tokens: build, spend the old one, then keep them (see bearer.generate)."""
        granted = self.request.refresh_token
        if granted.rotated_at is not None:
            return 200, self._repeat(granted), self.TOKEN_RESPONSE_HEADER
        token = self.issue_token(granted, granted)
        if not refresh_tokens.spend(granted.digest):
            return 200, self._repeat(granted), self.TOKEN_RESPONSE_HEADER
        self.request.user = granted
        self.save_token(token)
        return 200, token, self.TOKEN_RESPONSE_HEADER

    def issue_token(self, user: Any, refresh_token: Any) -> dict[str, Any]:
        """Build the tokens; a narrower scope holds for the access token, not for the family."""
        tokens: dict[str, Any] = self.generate_token(
            user=user,
            scope=self._scope(refresh_token),
            include_refresh_token=self.INCLUDE_NEW_REFRESH_TOKEN,
        )
        return tokens

    def _scope(self, granted: Any) -> str:
        asked = self.request.payload.scope
        return scopes.join(scopes.split(asked)) if asked else str(granted.granted_scope)

    def save_token(self, token: dict[str, Any]) -> None:
        """Keep the successor, with the answer for a client that loses it on the way."""
        super().save_token(token)
        granted = self.request.user
        refresh_tokens.issue(
            token["refresh_token"],
            granted.family_id,
            until=refresh_tokens.ends_at(granted),
            predecessor=self.request.payload.get("refresh_token"),
            answer=json.dumps(token, separators=(",", ":")),
        )

    def _is_same(self, granted: Any, tokens: dict[str, Any]) -> bool:
        """Tell whether the same is asked for: never more scope than that (RFC 6749 §6)."""
        asked = scopes.without_off(scopes.split(self._scope(granted)))
        return set(asked) == set(scopes.split(tokens.get("scope")))

    def _repeat(self, granted: Any) -> dict[str, Any]:
        """Answer the retry of a lost rotation with the same tokens, never with new ones.

        Raises:
            Refusal: it is no retry but a reuse; the family is revoked.
        """
        token = self.request.payload.get("refresh_token")
        answer = refresh_tokens.lost_answer(token, granted.family_id)
        tokens: dict[str, Any] | None = json.loads(answer) if answer is not None else None
        known = {
            "user_id": granted.user_id,
            "client_id": self.request.trace.client_id,
            "reference": granted.reference,
        }
        if tokens is None or not self._is_same(granted, tokens):
            families.revoke(granted.family_id)
            audit.record(Event.REFRESH_REPLAYED, **known)
            raise Refusal("refresh_token_reused", "refresh_token", sent=masked(token))
        audit.record(Event.REFRESH_RETRIED, **known)
        self.request.trace.passed("refresh_token_retried", masked(token))
        return tokens
