"""The device authorization grant (RFC 8628 §3.4): a device asks whether its person has answered."""

from __future__ import annotations

from typing import Any

from authlib.oauth2 import rfc8628

from app.clock import now
from app.models import Client
from app.oidc.grants.redemption import Redemption
from app.oidc.reasons import Refusal, over
from app.services.authorization import device_codes, families
from app.services.authorization.attempts import masked

#: Reasons that are no failure: the device goes on asking, and leaves no trace each time.
STILL_WAITING = frozenset({"device_pending", "device_too_fast"})


class DeviceCodeGrant(Redemption, rfc8628.DeviceCodeGrant):
    """Give a device its tokens once its person has said yes, and once only."""

    PARAMETER, USED = "device_code", "device_code_used"

    def validate_token_request(self) -> None:
        """Check a device code that a client presents.

        Raises:
            Refusal: nobody has answered yet, or the code is worth nothing (RFC 8628 §3.5).
        """
        client, device_code = self.presented()
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
            raise self.replayed(found)
        if found.denied_at is not None:
            raise over("device_denied", "consent", found.denied_at)
        if found.device_expires_at <= now():
            raise over("device_code_expired", "device_code", found.device_expires_at)
        if found.family_id is None:
            in_time = device_codes.poll(found)
            raise Refusal("device_pending" if in_time else "device_too_fast", "consent")
        fault = families.fault(found)
        if fault:
            raise Refusal(fault, "device_code")
