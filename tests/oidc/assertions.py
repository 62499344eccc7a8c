"""Token requests of clients that sign."""

from __future__ import annotations

from typing import Any

from app.oidc.client_assertion import TYPE
from tests.oidc.conftest import error_of
from tests.relying_party import RelyingParty
from tests.secrets_seen import remember
from tests.signing import assertion_claims, client_key
from tests.transports import Answer


def ask(rp: RelyingParty, key: Any = None, *, assertion: str = "", **changes: Any) -> Answer:
    """Ask for a token with an assertion, some of whose claims are changed."""
    header = {name: changes.pop(name) for name in ("alg", "kid", "jku", "typ") if name in changes}
    audience = changes.pop("aud", rp.endpoint("token"))
    claims = assertion_claims(rp.client_id, audience, **changes)
    signed = assertion or (key or client_key()).sign(claims, **header)
    form = {
        "grant_type": "client_credentials",
        "client_assertion": remember(signed),
        "client_assertion_type": TYPE,
    }
    return rp.transport.send("POST", rp.endpoint("token"), form=form)


def refused(answer: Answer) -> str:
    assert error_of(answer, 401) == "invalid_client"
    return answer.json["error_description"]
