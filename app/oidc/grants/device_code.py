"""The device authorization grant (RFC 8628 §3.4): a device asks whether its person has answered."""

from __future__ import annotations

from typing import Any

from authlib.oauth2 import rfc8628
from authlib.oauth2.rfc6749.hooks import hooked

from app.clock import now
from app.models import Client
from app.oidc import client_auth
from app.oidc.reasons import Refusal
from app.oidc.request import ProtocolRequest
from app.services.authorization import codes, device_codes, families, refresh_tokens
from app.services.authorization.attempts import masked
from app.services.upkeep import audit
from app.services.upkeep.audit import Event

#: Reasons that are no failure: the device goes on asking, and leaves no trace each time.
STILL_WAITING = frozenset({"device_pending", "device_too_fast"})


class DeviceCodeGrant(rfc8628.DeviceCodeGrant):
    """Give a device its tokens once its person has said yes, and once only."""

    TOKEN_ENDPOINT_AUTH_METHODS = client_auth.NAMES
    request: ProtocolRequest

    def validate_token_request(self) -> None:
        """Check a device code that a client presents.

        Raises:
            Refusal: nobody has answered yet, or the code is worth nothing (RFC 8628 §3.5).
        """
        client = self.authenticate_token_endpoint_client()
        if not client.check_grant_type(self.GRANT_TYPE):
            raise Refusal("grant_type_not_allowed", "grant_type", sent=self.GRANT_TYPE)
        device_code = self.request.payload.get("device_code")
        if not device_code:
            raise Refusal("parameter_missing", "device_code", expected="device_code")
        self.request.credential = self.query_device_credential(device_code, client)

    def query_device_credential(self, device_code: str, client: Client) -> Any:
        """Return the granted row of a device code.

        Raises:
            Refusal: unknown, spent, expired, of another client, not answered, or answered by no.
        """
        found = device_codes.find(device_code)
        if found is None:
            raise Refusal("device_code_unknown", "device_code", sent=masked(device_code))
        self.request.trace.reference = found.device_reference
        self.request.trace.user_id = found.user_id
        if found.device_client_pk != client.id:
            # Whoever holds it stole it: it must not work for its owner's thief either (PK04).
            device_codes.burn(found)
            sent = masked(device_code)
            raise Refusal("device_code_of_another_client", "device_code", sent=sent)
        self._check(found)
        self.request.trace.passed("device_code", masked(device_code))
        return found

    def _check(self, found: Any) -> None:
        if found.code_redeemed_at is not None:
            raise self._replayed(found)
        if found.denied_at is not None:
            raise Refusal("device_denied", "consent", sent=found.denied_at)
        if found.device_expires_at <= now():
            sent = found.device_expires_at
            raise Refusal("device_code_expired", "device_code", sent=sent, expected="now")
        if found.family_id is None:
            in_time = device_codes.poll(found)
            raise Refusal("device_pending" if in_time else "device_too_fast", "consent")
        fault = families.fault(found)
        if fault:
            raise Refusal(fault, "device_code")

    def _replayed(self, found: Any) -> Refusal:
        """Revoke what came from a code that is presented again, as with any other code."""
        families.revoke(found.family_id)
        audit.record(
            Event.CODE_REPLAYED,
            user_id=found.user_id,
            client_id=self.request.trace.client_id,
            reference=found.device_reference,
        )
        return Refusal("device_code_used", "device_code", sent=found.code_redeemed_at)

    @hooked
    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """Return the tokens: build, spend the code, then keep them (see bearer.generate)."""
        granted = self.request.credential
        token = self.generate_token(
            user=granted,
            scope=granted.granted_scope,
            include_refresh_token=self.client.check_grant_type("refresh_token"),
        )
        if not codes.redeem(granted.family_id):
            raise self._replayed(granted)
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
