"""What a logout request may hold (OIDC RP-Initiated Logout 1.0 §2).

Only an ID token that we issued shows who asks: without one nobody is sent anywhere, and without
one a person is asked first. Otherwise any page of the web could sign people out or use us to
send them on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.models import Client
from app.oidc import id_token
from app.oidc.reasons import Refusal
from app.oidc.request import ProtocolRequest
from app.security import secrets, uris
from app.security.jose import BadToken
from app.services.authorization import families
from app.services.authorization.signed_in import SignedIn
from app.services.clients import clients, redirect_faults, subjects


@dataclass(frozen=True, slots=True)
class LogoutRequest:
    """A checked logout request; `hint` holds the claims of the ID token, None without one."""

    client: Client | None
    hint: dict[str, Any] | None
    #: Where to go afterwards, with `state` as it came; None: our own page.
    return_url: str | None
    #: The same as it is registered.
    address: str = ""

    def is_about(self, person: SignedIn) -> bool:
        """Tell whether the client speaks of the person who is signed in here."""
        if self.hint is None:
            return False
        same_session = secrets.same(str(self.hint.get("sid", "")), person.sid)
        if same_session or self.client is None:
            return same_session
        return secrets.same(str(self.hint["sub"]), subjects.of(self.client, person))


def read(request: ProtocolRequest) -> LogoutRequest:
    """Check a logout request.

    Raises:
        Refusal: shown on our own page; nobody is sent to an address that was not proved.
    """
    hint = _hint(request)
    client = _client(request, hint)
    address = _address(request, client, hint)
    state = request.payload.get("state")
    carried = {"state": state} if state else {}
    return_url = uris.with_parameters(address, carried) if address and carried else address
    return LogoutRequest(client, hint, return_url, address or "")


def _hint(request: ProtocolRequest) -> dict[str, Any] | None:
    sent = request.payload.get("id_token_hint")
    if not sent:
        return None
    try:
        hint = id_token.read_hint(sent)
    except BadToken as bad:
        raise Refusal("logout_hint_unusable", "id_token_hint", sent=bad.reason) from None
    request.trace.passed("id_token_hint", hint["aud"])
    return hint


def _client(request: ProtocolRequest, hint: dict[str, Any] | None) -> Client | None:
    """Return the client that asks: the one of the hint, or who it says it is."""
    sent = request.payload.get("client_id")
    if hint is None:
        client = clients.find(sent) if sent else None
    elif sent and sent != hint["aud"]:
        raise Refusal("logout_client_differs", "client", sent=sent, expected=hint["aud"])
    else:
        client = clients.find(str(hint["aud"]))
        if client is None:
            raise Refusal("logout_hint_unusable", "client", sent="a client that is gone")
    if client is not None:
        request.trace.client_id = client.client_id
        _join(request, client, hint)
    return client


def _join(request: ProtocolRequest, client: Client, hint: dict[str, Any] | None) -> None:
    """Let it stand in the trace of the sign-in that the ID token came from."""
    sid = str((hint or {}).get("sid", ""))
    reference = families.reference_of(sid, client.id) if sid else None
    request.trace.reference = reference or request.trace.reference


def _address(
    request: ProtocolRequest, client: Client | None, hint: dict[str, Any] | None
) -> str | None:
    """Return the registered address to go back to; exact to the last character (§3)."""
    sent = request.payload.get("post_logout_redirect_uri")
    if not sent or hint is None or client is None:
        return None
    registered = client.setting("post_logout_redirect_uris") or ()
    if sent not in registered:
        raise Refusal(
            "post_logout_redirect_uri_mismatch",
            "post_logout_redirect_uri",
            sent=redirect_faults.shown(client, sent, member="post_logout_redirect_uris"),
            expected=" ".join(registered),
            notes=redirect_faults.explain(client, sent, member="post_logout_redirect_uris"),
        )
    request.trace.passed("post_logout_redirect_uri", sent)
    return sent
