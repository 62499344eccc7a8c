"""Every reason for which a protocol request is refused: code, wire error, and how to mend it.

One table feeds the wire, the error pages, the traces of attempts and the documentation.
"""

from __future__ import annotations

from dataclasses import dataclass

from authlib.oauth2 import OAuth2Error

from app.services.attempts import shown


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason to refuse.

    `code` is ours and stable; `error` is the registered error code; `description` is plain ASCII
    without quotes or backslashes (RFC 6749 §5.2); `fix` tells the client's developer what to do.
    """

    code: str
    error: str
    description: str
    fix: str
    status: int = 400


_ROWS = (
    # --- the request as such
    Reason(
        "malformed_request",
        "invalid_request",
        "The request holds bytes or characters that are not allowed.",
        "Send UTF-8 without control characters, percent-encoded once.",
    ),
    Reason(
        "parameter_repeated",
        "invalid_request",
        "A parameter is repeated.",
        "Send every parameter once, in the query or in the body (RFC 6749 section 3.1).",
    ),
    Reason(
        "parameter_too_long",
        "invalid_request",
        "A parameter is too long.",
        "Keep state under 4,096 characters, nonce under 1,024 and the others under 8,192.",
    ),
    Reason(
        "query_not_allowed",
        "invalid_request",
        "Parameters belong in the body of this request.",
        "Move the parameters from the URL into the form body (RFC 6749 section 3.2).",
    ),
    Reason(
        "wrong_content_type",
        "invalid_request",
        "The body must be application/x-www-form-urlencoded.",
        "Send the parameters as a form, with that Content-Type.",
    ),
    Reason(
        "parameter_missing",
        "invalid_request",
        "A required parameter is missing.",
        "Add the parameter named above.",
    ),
    Reason(
        "server_busy",
        "temporarily_unavailable",
        "The server cannot answer right now. Try again in a moment.",
        "Repeat the request after the time in Retry-After.",
        503,
    ),
    # --- which client, and where the answer goes
    Reason(
        "client_id_missing",
        "invalid_request",
        "client_id is missing.",
        "Add the client_id shown on the application's page.",
    ),
    Reason(
        "client_unknown",
        "invalid_request",
        "The client_id is not known here.",
        "Compare client_id with the one shown on the application's page, and the issuer with "
        "this provider's.",
    ),
    Reason(
        "client_turned_off",
        "unauthorized_client",
        "The client is turned off.",
        "Ask an administrator of this provider to turn the application on again.",
    ),
    Reason(
        "redirect_uri_missing",
        "invalid_request",
        "redirect_uri is missing.",
        "Send redirect_uri in every request, exactly as registered (OIDC Core 3.1.2.1).",
    ),
    Reason(
        "redirect_uri_mismatch",
        "invalid_request",
        "redirect_uri is not registered for this client.",
        "Register this address, or send a registered one. Compare every character: scheme, "
        "port, capitals and the trailing slash all count.",
    ),
    # --- what is asked for
    Reason(
        "response_type_missing",
        "invalid_request",
        "response_type is missing.",
        "Add response_type=code.",
    ),
    Reason(
        "response_type_unsupported",
        "unsupported_response_type",
        "The response_type is not supported.",
        "Use response_type=code.",
    ),
    Reason(
        "response_type_not_allowed",
        "unauthorized_client",
        "The client is not registered for this response_type.",
        "Register the client for the authorization_code grant, or use another kind of client.",
    ),
    Reason(
        "response_mode_unsupported",
        "invalid_request",
        "The response_mode is not supported.",
        "Use query, fragment or form_post, or leave response_mode out.",
    ),
    Reason(
        "scope_missing",
        "invalid_scope",
        "scope is missing.",
        "Add scope=openid, and what else you need, such as profile or email.",
    ),
    Reason(
        "scope_not_allowed",
        "invalid_scope",
        "None of the requested scopes is allowed for this client.",
        "Ask for scopes the client is registered for.",
    ),
    Reason(
        "code_challenge_missing",
        "invalid_request",
        "code_challenge is missing.",
        "Use PKCE: send code_challenge and code_challenge_method=S256 (RFC 7636).",
    ),
    Reason(
        "code_challenge_method_unsupported",
        "invalid_request",
        "code_challenge_method must be S256.",
        "Send code_challenge_method=S256; plain protects nothing and is not offered.",
    ),
    Reason(
        "code_challenge_malformed",
        "invalid_request",
        "code_challenge is not a base64url SHA-256.",
        "Send the unpadded base64url of the SHA-256 of the verifier: 43 characters.",
    ),
    Reason(
        "prompt_unsupported",
        "invalid_request",
        "The prompt value is not supported.",
        "Use none alone, or any of login, consent and select_account.",
    ),
    Reason(
        "max_age_malformed",
        "invalid_request",
        "max_age must be a number of seconds.",
        "Send max_age as a whole number, 0 or more.",
    ),
    Reason(
        "id_token_hint_unusable",
        "invalid_request",
        "The id_token_hint is not an ID token of this provider for this client.",
        "Send the last ID token you received from this issuer, unchanged.",
    ),
    Reason(
        "request_object_unsupported",
        "request_not_supported",
        "Request objects are not supported.",
        "Send the parameters themselves instead of request.",
    ),
    Reason(
        "request_uri_unsupported",
        "request_uri_not_supported",
        "request_uri is not supported.",
        "Send the parameters themselves instead of request_uri.",
    ),
    Reason(
        "registration_unsupported",
        "registration_not_supported",
        "The registration parameter is not supported.",
        "Register the client first and send its client_id.",
    ),
    # --- what the person has to do, and may not be asked to (prompt=none)
    Reason(
        "no_session",
        "login_required",
        "Nobody is signed in.",
        "Send the person here without prompt=none.",
    ),
    Reason(
        "login_demanded",
        "login_required",
        "The client asks for a new sign-in.",
        "Leave prompt=none out when prompt=login is wanted.",
    ),
    Reason(
        "session_too_old",
        "login_required",
        "The last sign-in is older than max_age allows.",
        "Send the person here without prompt=none.",
    ),
    Reason(
        "another_user",
        "login_required",
        "Somebody else is signed in than the hint names.",
        "Send the person here without prompt=none.",
    ),
    Reason(
        "account_not_chosen",
        "account_selection_required",
        "An account has to be chosen.",
        "Send the person here without prompt=none.",
    ),
    Reason(
        "consent_missing",
        "consent_required",
        "The person has not allowed this yet.",
        "Send the person here without prompt=none.",
    ),
    Reason(
        "consent_refused",
        "access_denied",
        "The person cancelled.",
        "Nothing is wrong: offer to try again.",
    ),
    # --- who is at the token endpoint
    Reason(
        "client_authentication_missing",
        "invalid_client",
        "Client authentication is missing or did not succeed.",
        "Authenticate with the registered method and the current secret.",
        401,
    ),
    Reason(
        "client_authentication_refused",
        "invalid_client",
        "Client authentication is missing or did not succeed.",
        "Check client_id, secret and method. Form-url-encode both halves before base64 when you "
        "use Basic (RFC 6749 section 2.3.1).",
        401,
    ),
    Reason(
        "client_authentication_twice",
        "invalid_request",
        "Use one client authentication method, not several.",
        "Send the secret in the Authorization header or in the body, not in both.",
    ),
    Reason("grant_type_missing", "invalid_request", "grant_type is missing.", "Add grant_type."),
    Reason(
        "grant_type_unsupported",
        "unsupported_grant_type",
        "The grant_type is not supported.",
        "Use one of grant_types_supported in the discovery document.",
    ),
    Reason(
        "grant_type_not_allowed",
        "unauthorized_client",
        "The client is not registered for this grant_type.",
        "Add the grant type on the application's page.",
    ),
    # --- codes
    Reason(
        "code_unknown",
        "invalid_grant",
        "The code is not valid.",
        "Redeem the code you received, once, with the client it was issued to.",
    ),
    Reason(
        "code_expired",
        "invalid_grant",
        "The code has expired.",
        "Redeem the code at once: it lives for a minute.",
    ),
    Reason(
        "code_used",
        "invalid_grant",
        "The code has been used. What was issued from it is revoked.",
        "Redeem a code once. If you did, somebody else had it too: look for a leak.",
    ),
    Reason(
        "code_of_another_client",
        "invalid_grant",
        "The code is not valid.",
        "Redeem the code with the client that asked for it.",
    ),
    Reason(
        "code_redirect_uri_differs",
        "invalid_grant",
        "redirect_uri is not the one the code was sent to.",
        "Send the same redirect_uri as in the authorization request, byte for byte.",
    ),
    Reason(
        "code_verifier_missing",
        "invalid_grant",
        "code_verifier is missing.",
        "Send the code_verifier whose SHA-256 you sent as code_challenge.",
    ),
    Reason(
        "code_verifier_wrong",
        "invalid_grant",
        "code_verifier does not match.",
        "Keep the verifier with the browser session that started the request; the code is spent "
        "now, start again.",
    ),
    Reason(
        "code_verifier_unexpected",
        "invalid_grant",
        "There was no code_challenge, so there can be no code_verifier.",
        "Send code_challenge in the authorization request.",
    ),
    # --- what a code or token came from
    Reason(
        "family_revoked",
        "invalid_grant",
        "The authorization has been revoked.",
        "Send the person through the sign-in again.",
    ),
    Reason(
        "user_turned_off",
        "invalid_grant",
        "The authorization has been revoked.",
        "The account is turned off. Send the person through the sign-in again.",
    ),
    Reason(
        "account_secured",
        "invalid_grant",
        "The authorization has been revoked.",
        "The person changed the password or signed out everywhere. Sign in again.",
    ),
    Reason(
        "session_ended",
        "invalid_grant",
        "The session has ended.",
        "The person signed out. Ask for offline_access to go on without them.",
    ),
    Reason(
        "refresh_token_unknown",
        "invalid_grant",
        "The refresh token is not valid.",
        "Use the refresh token of the last answer, with the client it was issued to.",
    ),
    Reason(
        "refresh_token_expired",
        "invalid_grant",
        "The refresh token has expired.",
        "Send the person through the sign-in again.",
    ),
    Reason(
        "refresh_token_reused",
        "invalid_grant",
        "The refresh token has been used before. What came from it is revoked.",
        "Keep the refresh token of each answer and use it once. If you did, look for a leak.",
    ),
    Reason(
        "scope_widened",
        "invalid_scope",
        "The requested scope goes beyond what was granted.",
        "Ask for the granted scopes or fewer.",
    ),
    # --- access tokens
    Reason(
        "token_missing",
        "invalid_request",
        "token is missing.",
        "Send the token to look at in the parameter token.",
    ),
    Reason(
        "bearer_missing",
        "invalid_token",
        "There is no access token.",
        "Send the access token in the header Authorization: Bearer.",
        401,
    ),
    Reason(
        "bearer_twice",
        "invalid_request",
        "Send the access token in one way, not in several.",
        "Use the Authorization header alone (RFC 6750 section 2).",
    ),
    Reason(
        "bearer_in_query",
        "invalid_token",
        "The access token must not be in the URL.",
        "Use the Authorization header: URLs end up in logs (RFC 9700 section 4.3.2).",
        401,
    ),
    Reason(
        "access_token_refused",
        "invalid_token",
        "The access token is not valid, has expired or was revoked.",
        "Refresh it, or send the person through the sign-in again.",
        401,
    ),
    Reason(
        "scope_insufficient",
        "insufficient_scope",
        "The access token lacks the scope openid.",
        "Ask for the scope openid.",
        403,
    ),
    Reason(
        "introspection_not_allowed",
        "unauthorized_client",
        "This client may not introspect tokens.",
        "Use a client that keeps a secret.",
        403,
    ),
)
REASONS = {row.code: row for row in _ROWS}


class Refusal(OAuth2Error):
    """A refused protocol request: a reason, what was sent, what was expected.

    With `redirect_uri` the answer goes to the client, without to whoever asked.
    """

    def __init__(
        self,
        code: str,
        check: str,
        *,
        sent: object = "",
        expected: object = "",
        redirect_uri: str | None = None,
    ) -> None:
        self.reason = REASONS[code]
        self.check = check
        self.sent = shown(sent)
        self.expected = shown(expected)
        super().__init__(
            description=self.reason.description,
            status_code=self.reason.status,
            redirect_uri=redirect_uri,
            error=self.reason.error,
        )

    def get_headers(self) -> list[tuple[str, str]]:
        """Return the headers of the JSON answer, never cached, with the challenge a 401 needs."""
        headers: list[tuple[str, str]] = [
            ("Content-Type", "application/json"),
            ("Cache-Control", "no-store"),
            ("Pragma", "no-cache"),
        ]
        if self.status_code == 401:
            headers.append(("WWW-Authenticate", f'Basic realm="sealwax", {self._challenge()}'))
        return headers

    def _challenge(self) -> str:
        return f'error="{self.error}", error_description="{self.description}"'


class BearerRefusal(Refusal):
    """A refused access token (RFC 6750 §3)."""

    def get_headers(self) -> list[tuple[str, str]]:
        """Return the headers with a Bearer challenge, whatever the status."""
        headers = [pair for pair in super().get_headers() if pair[0] != "WWW-Authenticate"]
        bare = self.reason.code == "bearer_missing"  # RFC 6750 §3.1: no error code then
        challenge = "" if bare else f", {self._challenge()}"
        return [*headers, ("WWW-Authenticate", f'Bearer realm="sealwax"{challenge}')]


def reasons_table() -> str:
    """Return every reason as a Markdown table, for the documentation."""
    lines = ["| Reason | Error | What is wrong | How to mend it |", "| --- | --- | --- | --- |"]
    for reason in REASONS.values():
        cells = (f"`{reason.code}`", f"`{reason.error}`", reason.description, reason.fix)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
