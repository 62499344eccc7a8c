"""Why a client, a code or a token is refused."""

from __future__ import annotations

from app.oidc.reasons.reason import ACCOUNT, SECRETS, Reason

ROWS = (
    # --- what is asked for
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
        mender="admin",
        setting="grant_types",
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
        setting="SEALWAX_CODE_LIFETIME",
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
        told="code_unknown",
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
    # --- devices
    Reason(
        "device_pending",
        "authorization_pending",
        "The person has not answered yet.",
        "Ask again once the interval has passed.",
        mender="person",
    ),
    Reason(
        "device_too_fast",
        "slow_down",
        "The person has not answered yet, and the device asks too often.",
        "Wait 5 seconds longer between two requests from now on.",
    ),
    Reason(
        "device_denied",
        "access_denied",
        "The person does not want to.",
        "Stop asking. Offer to start again.",
        mender="person",
    ),
    Reason(
        "device_code_expired",
        "expired_token",
        "The device code has expired.",
        "Ask for new codes and show the new user code.",
        mender="person",
    ),
    Reason(
        "device_code_unknown",
        "invalid_grant",
        "The device code is not valid.",
        "Poll with the device_code you received, with the client it was issued to.",
    ),
    Reason(
        "device_code_used",
        "invalid_grant",
        "The device code has been used. What was issued from it is revoked.",
        "Stop asking once you have tokens. If you did, somebody else had the code: find the leak.",
    ),
    Reason(
        "device_code_of_another_client",
        "invalid_grant",
        "The device code is not valid.",
        "Poll with the client that asked for the code.",
        told="device_code_unknown",
    ),
    Reason(
        "devices_too_often",
        "temporarily_unavailable",
        "Too many devices have asked from this network.",
        "Wait an hour. A device asks for codes once, and then polls.",
        429,
    ),
    # --- what a code or token came from
    Reason(
        "family_revoked",
        "invalid_grant",
        "The authorization has been revoked.",
        "Send the person through the sign-in again. The person or an administrator took it back, "
        "or a code or refresh token was used twice.",
    ),
    Reason(
        "user_turned_off",
        "invalid_grant",
        "The authorization has been revoked.",
        "The account is turned off. Send the person through the sign-in again.",
        mender="admin",
        setting=ACCOUNT,
        told="family_revoked",
    ),
    Reason(
        "account_secured",
        "invalid_grant",
        "The authorization has been revoked.",
        "The person changed the password or signed out everywhere. Sign in again.",
        mender="person",
        told="family_revoked",
    ),
    Reason(
        "second_step_demanded",
        "invalid_grant",
        "The authorization has been revoked.",
        "A second step is demanded by now, and there was none. Sign in again.",
        mender="person",
        told="family_revoked",
    ),
    Reason(
        "session_ended",
        "invalid_grant",
        "The session has ended.",
        "The person signed out. Ask for offline_access to go on without them.",
        mender="person",
    ),
    Reason(
        "consent_ended",
        "invalid_grant",
        "What the person allowed has come to its end.",
        "Send the person through the sign-in again: they are asked once more.",
        mender="person",
        setting="consent_days",
    ),
    Reason(
        "refresh_token_unknown",
        "invalid_grant",
        "The refresh token is not valid.",
        "Use the refresh token of the last answer, with the client it was issued to.",
    ),
    Reason(
        "refresh_token_of_another_client",
        "invalid_grant",
        "The refresh token was issued to another client.",
        "Use the refresh token with the client it was issued to.",
        told="refresh_token_unknown",
    ),
    Reason(
        "refresh_token_expired",
        "invalid_grant",
        "The refresh token has expired.",
        "Send the person through the sign-in again.",
        setting="SEALWAX_REFRESH_IDLE",
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
        mender="admin",
        setting="jwks_uri",
    ),
    Reason(
        "client_secret_unreadable",
        "invalid_request",
        "The client has no secret that can be used for this.",
        "Its secret was made before it was needed for encryption or signatures: add a new one.",
        mender="admin",
        setting=SECRETS,
    ),
)
