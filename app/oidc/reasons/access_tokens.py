"""Why an access token, or a question about one, is refused."""

from __future__ import annotations

from app.oidc.reasons.reason import Reason

ROWS = (
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
        "access_token_unknown",
        "invalid_token",
        "The access token is none of ours.",
        "Send the access_token of the last token answer of this issuer, whole and unchanged; an ID "
        "token is no access token.",
        401,
    ),
    Reason(
        "access_token_expired",
        "invalid_token",
        "The access token has expired.",
        "Refresh it, or send the person through the sign-in again; expires_in tells when.",
        401,
        setting="access_token_lifetime",
    ),
    Reason(
        "access_token_revoked",
        "invalid_token",
        "The access token was revoked.",
        "Refresh it, or send the person through the sign-in again.",
        401,
    ),
    Reason(
        "access_token_audience",
        "invalid_token",
        "The access token is for another server.",
        "Send it to the API it was issued for; userinfo wants one that names this issuer in aud.",
        401,
        setting="audience",
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
        mender="admin",
        setting="introspects",
    ),
)
