"""Why a request as such, or an authorization request, is refused."""

from __future__ import annotations

from app.oidc.reasons.reason import Reason

ROWS = (
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
        "claims_malformed",
        "invalid_request",
        "The claims parameter is not what OpenID Connect describes.",
        "Send a JSON object with userinfo and id_token, each naming claims (OIDC Core 5.5).",
    ),
    Reason(
        "acr_unavailable",
        "unmet_authentication_requirements",
        "None of the required acr values can be offered.",
        "Ask for one of acr_values_supported, or do not mark acr as essential.",
    ),
    Reason(
        "acr_not_reached",
        "interaction_required",
        "The person has not passed the second step that the acr values ask for.",
        "Send the person here without prompt=none.",
    ),
    Reason(
        "nonce_missing",
        "invalid_request",
        "The nonce is missing.",
        "Send a random nonce: the ID token travels through the browser (OIDC Core 3.2.2.1).",
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
        "Use none or create alone, or any of login, consent and select_account.",
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
        "set_up_demanded",
        "login_required",
        "The person has to set up a second step, and to sign in again before that.",
        "Send the person here without prompt=none.",
    ),
    Reason(
        "second_step_owed",
        "interaction_required",
        "The person has to set up a second step: the policy has changed since they signed in.",
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
)
