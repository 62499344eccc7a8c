"""The test bench of a device: it asks for its codes, its person connects it, it gets its tokens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.oidc import allowed, device_request, interaction
from app.oidc.bench import Run, endpoint
from app.oidc.bench_exchange import Clock, Exchange
from app.oidc.endpoints.device_authorization import DeviceAuthorizationEndpoint
from app.oidc.grants.device_code import DeviceCodeGrant
from app.oidc.provider import note
from app.oidc.reasons import Refusal
from app.oidc.request import ProtocolRequest, from_parked
from app.services.authorization import device_codes
from app.services.authorization.attempts import Trace
from app.services.authorization.signed_in import SignedIn

CODES = DeviceAuthorizationEndpoint.ENDPOINT_NAME


class DeviceRun(Run):
    """One try of a device (RFC 8628); nobody types a code, and no device is told of it."""

    def __init__(self, client_id: str, scope: str, person: SignedIn | None) -> None:
        """Prepare it."""
        super().__init__(client_id, scope, person)
        self.nonce = ""  # a device sends none: its code reaches nobody else

    def _way(self) -> Iterator[Any]:
        yield self._ask
        yield self._connect
        yield self._poll

    def end(self) -> None:
        """Forget its request, and revoke what no session stands behind."""
        device_codes.forget(self.held.get("device_code", ""))
        super().end()

    def _ask(self) -> Exchange:
        form = {"scope": self.scope}
        exchange, body = self._call("device", "/device_authorization", form, endpoint(CODES))
        self.held |= {name: value for name, value in body.items() if isinstance(value, str)}
        return exchange

    def _connect(self) -> Exchange:
        path = device_request.VERIFICATION_PATH
        asked = from_parked({"scope": self.scope}, path, Trace("device", self.reference))
        exchange = Exchange("connect", "POST", path, status=303)
        with Clock(exchange):
            try:
                self._answer(asked, exchange)
            except Refusal as refusal:
                note(asked, refusal)
        exchange.note(asked.trace)
        return exchange

    def _answer(self, asked: ProtocolRequest, exchange: Exchange) -> None:
        """Say yes as the person would, who sees the consent page each time."""
        person = self.person
        asked.client = self.client
        asked.device = device_codes.waiting_for(self.held["device_code"])
        if asked.device is None or person is None:
            raise Refusal("device_gone", "device")
        step = interaction.next_step(asked, person)
        if step is not None:
            person = self.says_yes(step, person, asked, exchange)
        scope = allowed.granted_scope(asked, person)
        device_codes.connect(asked.device, self.client, person, scope=scope)
        asked.trace.passed("consent", scope)

    def _poll(self) -> Exchange:
        form = {"grant_type": DeviceCodeGrant.GRANT_TYPE, "device_code": self.held["device_code"]}
        return self._token("poll", form)
