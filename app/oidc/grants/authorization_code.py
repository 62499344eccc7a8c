"""The authorization code grant (RFC 6749 §4.1, OIDC Core §3.1)."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc6749.hooks import hooked

from app.clock import now
from app.models import Client
from app.oidc import authorization_request, front_channel
from app.oidc.extensions.response_mode import Answer
from app.oidc.grants.redemption import Redemption
from app.oidc.reasons import Refusal, over
from app.oidc.request import ProtocolRequest
from app.security import secrets
from app.services.authorization import codes, families
from app.services.authorization.attempts import masked
from app.services.authorization.codes import CodeBinding
from app.services.authorization.signed_in import SignedIn


class AuthorizationCodeGrant(Redemption, grants.AuthorizationCodeGrant):
    """Give a code to the browser, and tokens for the code to the client behind it."""

    PARAMETER, USED = "code", "code_used"

    @staticmethod
    def validate_no_multiple_request_parameter(request: ProtocolRequest) -> None:
        """Leave repeated parameters to the check that knows where the answer may go."""

    def validate_authorization_request(self) -> str:
        """Check the request from the client on, once; return its redirect URI.

        Authlib asks again before it answers; checking anew would bring back scopes that the person
        has left out in between.

        Raises:
            Refusal: with a redirect URI when the client may be told.
        """
        if self.redirect_uri:
            return str(self.redirect_uri)
        redirect_uri = authorization_request.client_and_redirect_uri(self.request)
        try:
            authorization_request.check(self.request)
        except Refusal as refusal:
            refusal.redirect_uri = redirect_uri
            raise
        self.validate_authorization_request_payload(redirect_uri)
        return redirect_uri

    @hooked
    def validate_authorization_request_payload(self, redirect_uri: str) -> str:
        """Let the extensions check their parameters."""
        return redirect_uri

    def create_authorization_response(
        self, redirect_uri: str, grant_user: SignedIn | None
    ) -> tuple[int, Answer, list[tuple[str, str]]]:
        """Return the answer that carries a code, and tokens when the response type says so.

        Raises:
            Refusal: `grant_user` is None: the person cancelled.
        """
        if grant_user is None:
            raise Refusal("consent_refused", "consent", redirect_uri=redirect_uri)
        wanted = authorization_request.response_type_of(self.request)
        family_id, code = self._save_code(redirect_uri, grant_user, has_code="code" in wanted)
        members = {"code": code} if code else {}
        if wanted != "code":
            members |= front_channel.tokens(self.request, wanted, families.get(family_id), code)
        answer = authorization_request.answer(self.request, redirect_uri, members)
        return 303, answer, []

    def _save_code(self, redirect_uri: str, person: SignedIn, *, has_code: bool) -> tuple[str, str]:
        payload = self.request.payload
        binding = CodeBinding(
            scope=self.request.scope,
            redirect_uri=redirect_uri,
            nonce=payload.get("nonce") or None,
            code_challenge=payload.get("code_challenge") or None,
            reference=self.request.trace.reference,
            claims_request=self.request.released,
        )
        return codes.issue(self.client, person, binding, has_code=has_code)

    @hooked
    def validate_token_request(self) -> None:
        """Check a code that a client presents; Authlib runs the PKCE extension after it.

        Raises:
            Refusal: each of the things a code is bound to may refuse it.
        """
        client, code = self.presented()
        self.request.credential = self.query_authorization_code(code, client)

    def query_authorization_code(self, code: str, client: Client) -> Any:
        """Return the granted row of a code.

        Raises:
            Refusal: unknown, spent, expired, of another client, or bound to another redirect URI.
        """
        granted = codes.find(code)
        if granted is None:
            raise Refusal("code_unknown", "code", sent=masked(code))
        self.request.trace.reference = granted.reference
        self.request.trace.user_id = granted.user_id
        if granted.client_pk != client.id:
            # Whoever holds it stole it: it must not work for its owner's thief either (PK04).
            codes.redeem(granted.family_id)
            raise Refusal("code_of_another_client", "code", sent=masked(code))
        if granted.code_redeemed_at is not None:
            raise self.replayed(granted)
        self._check_binding(granted, client)
        self.request.trace.passed("code", masked(code))
        return granted

    def _check_binding(self, granted: Any, client: Client) -> None:
        """Refuse a code whose time, address or authorization is over (security.md CD04, CD05)."""
        if granted.code_expires_at <= now():
            raise over("code_expired", "code", granted.code_expires_at)
        fault = families.fault(granted)
        if fault:
            raise Refusal(fault, "code")
        sent = self.request.payload.redirect_uri or ""
        same = secrets.same(sent, granted.redirect_uri)
        if not same or not client.check_redirect_uri(granted.redirect_uri):
            raise Refusal("code_redirect_uri_differs", "redirect_uri", sent=sent)
        self.request.trace.passed("redirect_uri", sent)
