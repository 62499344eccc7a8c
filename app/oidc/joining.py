"""A refused token request stands in the trace of the sign-in that its code or token came from.

A grant joins them when it gets that far. Whoever could not prove itself before is joined here,
with a query that only refusals pay.
"""

from __future__ import annotations

from app.oidc.request import ProtocolRequest
from app.services.authorization import codes, device_codes, refresh_tokens


def join(request: ProtocolRequest) -> None:
    """Give the trace of a refused token request the reference of its sign-in, where there is one.

    Whoever holds neither code nor token learns no reference by this.
    """
    if request.trace.user_id is not None:
        return
    code, token = request.payload.get("code"), request.payload.get("refresh_token")
    granted = codes.find(code) if code else refresh_tokens.find(token) if token else None
    if granted is not None:
        request.trace.reference, request.trace.user_id = granted.reference, granted.user_id
        return
    device_code = request.payload.get("device_code")
    device = device_codes.find(device_code) if device_code else None
    if device is not None:
        request.trace.reference, request.trace.user_id = device.device_reference, device.user_id
