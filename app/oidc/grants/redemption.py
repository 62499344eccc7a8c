"""Redeeming a code behind which a person stands: the same for a browser's code and for a device's.

Of any number of requests with one code, one gets tokens; a second use revokes what came from it.
"""

from __future__ import annotations

from typing import Any, ClassVar

from authlib.oauth2.rfc6749.grants import BaseGrant
from authlib.oauth2.rfc6749.hooks import hooked

from app.clock import now
from app.models import Client
from app.oidc import client_auth
from app.oidc.reasons import Refusal, over
from app.oidc.request import ProtocolRequest
from app.services.authorization import codes, families, refresh_tokens
from app.services.upkeep import audit
from app.services.upkeep.audit import Event


class Redemption(BaseGrant):
    """What a grant has before Authlib's own class; `request.credential` is the granted row."""

    TOKEN_ENDPOINT_AUTH_METHODS = client_auth.NAMES
    #: The parameter that holds the code, which is the name of its check as well.
    PARAMETER: ClassVar[str]
    #: The reason of a second use.
    USED: ClassVar[str]
    request: ProtocolRequest

    def presented(self) -> tuple[Client, str]:
        """Return the client, which has proved itself, and the code that it presents.

        Raises:
            Refusal: the client may not use this grant, or has sent no code.
        """
        client: Client = self.authenticate_token_endpoint_client()
        if not client.check_grant_type(self.GRANT_TYPE):
            raise Refusal("grant_type_not_allowed", "grant_type", sent=self.GRANT_TYPE)
        code: str | None = self.request.payload.get(self.PARAMETER)
        if not code:
            raise Refusal("parameter_missing", self.PARAMETER, expected=self.PARAMETER)
        return client, code

    def replayed(self, granted: Any) -> Refusal:
        """Revoke what came from a code that is presented again (RFC 6749 §4.1.2)."""
        families.revoke(granted.family_id)
        audit.record(
            Event.CODE_REPLAYED,
            user_id=granted.user_id,
            client_id=self.request.trace.client_id,
            reference=granted.reference,
        )
        # Whoever came a moment later has read the row before it was spent.
        return over(self.USED, self.PARAMETER, granted.code_redeemed_at or now())

    @hooked
    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """Return the tokens: build, spend the code, then keep them (see bearer.generate).

        Raises:
            Refusal: another request was first; a concurrent second use revokes, too.
        """
        granted = self.request.credential
        token = self.generate_token(
            user=granted,
            scope=granted.granted_scope,
            include_refresh_token=self.client.check_grant_type("refresh_token"),
        )
        if not codes.redeem(granted.family_id):
            raise self.replayed(granted)
        self.request.user = granted
        self.save_token(token)
        return 200, token, self.TOKEN_RESPONSE_HEADER

    def save_token(self, token: dict[str, Any]) -> None:
        """Keep the refresh token, and the access token when it is one that is kept."""
        super().save_token(token)
        if "refresh_token" in token:
            granted = self.request.user
            refresh_tokens.issue(
                token["refresh_token"],
                granted.family_id,
                until=refresh_tokens.ends_at(granted),
            )
