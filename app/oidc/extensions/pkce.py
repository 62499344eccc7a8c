"""PKCE, S256 alone (RFC 7636, RFC 9700 §2.1.1)."""

from __future__ import annotations

import re
from typing import Any

from authlib.oauth2.rfc7636 import CodeChallenge

from app.oidc.reasons import Refusal
from app.security import jose, secrets
from app.services.authorization import codes

CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}\Z")
VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}\Z")


class Pkce(CodeChallenge):
    """Bind a code to the browser session that asked for it."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        """Check the challenge of an authorization request.

        Raises:
            Refusal: it is missing though this client needs one, or is not S256.
        """
        request = grant.request
        if "code" not in request.payload.get("response_type").split():
            return  # nothing to bind: tokens travel through the browser
        challenge = request.payload.get("code_challenge")
        method = request.payload.get("code_challenge_method")
        if not challenge:
            if request.client.setting("pkce_required") or method:
                raise Refusal("code_challenge_missing", "pkce", redirect_uri=redirect_uri)
            return
        if method != "S256":  # no method means plain (RFC 7636 §4.3)
            sent = method or "no method, which means plain"
            raise Refusal(
                "code_challenge_method_unsupported",
                "pkce",
                sent=sent,
                expected="S256",
                redirect_uri=redirect_uri,
            )
        if not CHALLENGE.match(challenge):
            raise Refusal(
                "code_challenge_malformed", "pkce", sent=challenge, redirect_uri=redirect_uri
            )
        request.trace.passed("pkce", "S256")

    def validate_code_verifier(self, grant: Any, _result: object) -> None:
        """Check the verifier of a token request.

        A wrong one spends the code: a thief gets one guess, not many (security.md PK04).

        Raises:
            Refusal: the verifier is missing, unexpected or wrong.
        """
        granted = grant.request.credential
        verifier = grant.request.payload.get("code_verifier")
        if not granted.code_challenge:
            if verifier:  # downgrade: RFC 9700 §4.8.2
                raise Refusal("code_verifier_unexpected", "pkce")
            return
        if not verifier:
            raise Refusal("code_verifier_missing", "pkce")
        fits = VERIFIER.match(verifier) is not None and secrets.same(
            jose.s256(verifier), granted.code_challenge
        )
        if not fits:
            codes.redeem(granted.family_id)
            raise Refusal("code_verifier_wrong", "pkce")
        grant.request.trace.passed("pkce", "S256")
