"""What a device asks for: checked when it asks, and again whenever its person goes on."""

from __future__ import annotations

from app.models import Interaction
from app.oidc import authorization_request
from app.oidc.grants.device_code import DeviceCodeGrant
from app.oidc.reasons import Refusal
from app.oidc.request import ProtocolRequest, from_parked
from app.services.authorization import device_codes
from app.services.authorization.attempts import Trace

#: Where a person types the code; short enough to stand on a screen, or in print.
VERIFICATION_PATH = "/login/device"


def check(request: ProtocolRequest) -> None:
    """Check what a device asks for, as at /authorize; its client is known.

    Raises:
        Refusal: the grant type, or every scope, is not the client's.
    """
    if not request.client.check_grant_type(DeviceCodeGrant.GRANT_TYPE):
        raise Refusal("grant_type_not_allowed", "grant_type", sent=DeviceCodeGrant.GRANT_TYPE)
    authorization_request.check_scope(request)


def rebuilt(waiting: Interaction, trace: Trace) -> ProtocolRequest:
    """Return the request of a device that waits for its person in a browser.

    Raises:
        Refusal: the device waits no more, or its client may not ask any more.
    """
    request = from_parked(waiting.parameters, VERIFICATION_PATH, trace)
    request.client = authorization_request.client_of(request)
    request.device = device_codes.waiting(waiting.device_digest)
    if request.device is None:
        raise Refusal("device_gone", "device")
    check(request)
    return request
