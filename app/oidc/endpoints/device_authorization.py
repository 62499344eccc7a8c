"""Device authorization (RFC 8628 §3.1): a device asks for a code for its person to type."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from authlib.oauth2 import rfc8628

from app.clock import now
from app.errors import TooMany
from app.oidc import client_auth, device_request
from app.oidc.reasons import Refusal
from app.oidc.request import ProtocolRequest
from app.services.authorization import device_codes
from app.services.upkeep import throttles
from app.settings import settings


class DeviceAuthorizationEndpoint(rfc8628.DeviceAuthorizationEndpoint):
    """Give a device its two codes, and the address where one of them is typed."""

    CLIENT_AUTH_METHODS = client_auth.NAMES

    def create_endpoint_response(
        self, request: ProtocolRequest
    ) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """Keep what the device asks for, and return its codes (§3.2).

        Raises:
            Refusal: the client may not ask so, or too many have asked from its network.
        """
        client = self.authenticate_client(request)
        device_request.check(request)
        if request.bench is None:  # an administrator who tries it out fills no disk
            self._count(request.address)
        device_code, user_code = device_codes.park(
            client,
            request.scope,
            reference=request.trace.reference,
            address=request.address,
        )
        uri = self.get_verification_uri()
        told = {
            "device_code": device_code,
            "user_code": user_code,
            "verification_uri": uri,
            "verification_uri_complete": f"{uri}?{urlencode({'user_code': user_code})}",
            "expires_in": int(device_codes.LIFETIME.total_seconds()),
            "interval": int(device_codes.INTERVAL.total_seconds()),
        }
        return 200, told, []

    def get_verification_uri(self) -> str:
        """Return the address that a device shows."""
        return f"{settings.issuer}{device_request.VERIFICATION_PATH}"

    def _count(self, address: str) -> None:
        """Count against the network: whoever has a public client's name could fill our disk."""
        if settings.is_local:  # one's own machine is nobody's to fill
            return
        try:
            throttles.reserve((throttles.devices(address, now()),))
        except TooMany:
            raise Refusal("devices_too_often", "throttle") from None
