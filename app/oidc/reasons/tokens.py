"""Why a client, a code or a token is refused."""

from __future__ import annotations

from app.oidc.reasons.reason import Reason

ROWS = (
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
    Reason(
        "client_assertion_type_unknown",
        "invalid_client",
        "client_assertion_type is not supported.",
        "Send client_assertion with client_assertion_type "
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer.",
        401,
    ),
    Reason(
        "client_assertion_audience",
        "invalid_client",
        "The aud of the client assertion does not name this provider.",
        "Set aud to the issuer, as the discovery document has it.",
        401,
    ),
    Reason(
        "client_assertion_expired",
        "invalid_client",
        "The client assertion is not valid now.",
        "Sign a new one for each request, with exp a minute ahead. Set the clock of the client.",
        401,
    ),
    Reason(
        "client_assertion_jti_missing",
        "invalid_client",
        "The client assertion has no usable jti.",
        "Add a jti of random characters, another one in each assertion.",
        401,
    ),
    Reason(
        "client_assertion_used",
        "invalid_client",
        "The client assertion was used before.",
        "Sign a new one for each request, also for a retry.",
        401,
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
        "second_step_demanded",
        "invalid_grant",
        "The authorization has been revoked.",
        "A second step is demanded by now, and there was none. Sign in again.",
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
    # --- encryption
    Reason(
        "client_key_missing",
        "invalid_request",
        "The client has no usable key to encrypt to.",
        "Publish a key of the registered algorithm, with use enc or without use, in jwks or at "
        "jwks_uri.",
    ),
    Reason(
        "client_secret_unreadable",
        "invalid_request",
        "The client has no secret that can be used for this.",
        "Its secret was made before it was needed for encryption or signatures: add a new one.",
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
