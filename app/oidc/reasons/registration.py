"""Why a registration request is refused."""

from __future__ import annotations

from app.oidc.reasons.reason import Reason

ROWS = (
    Reason(
        "registration_closed",
        "access_denied",
        "Clients cannot register themselves here.",
        "Ask an administrator to register the client, or to set SEALWAX_REGISTRATION.",
        403,
        mender="admin",
        setting="SEALWAX_REGISTRATION",
    ),
    Reason(
        "registration_not_json",
        "invalid_client_metadata",
        "The body must be one JSON object that names each member once.",
        "Send the metadata as application/json (RFC 7591 section 3.1).",
    ),
    Reason(
        "registration_too_often",
        "access_denied",
        "Too many clients were registered from this network.",
        "Wait as long as Retry-After says, then try again.",
        429,
        mender="admin",
    ),
    Reason(
        "initial_token_refused",
        "invalid_token",
        "The initial access token is missing, unknown, used up or expired.",
        "Send a living initial access token as a Bearer token (RFC 7591 section 3).",
        401,
        mender="admin",
    ),
    Reason(
        "registration_token_refused",
        "invalid_token",
        "The registration access token does not manage this client.",
        "Send the registration access token of this client as a Bearer token (RFC 7592).",
        401,
    ),
    Reason(
        "redirect_uris_unusable",
        "invalid_redirect_uri",
        "A redirect URI may not be registered.",
        "Use https addresses without fragment, user name or wildcard; see the description.",
    ),
    Reason(
        "metadata_unusable",
        "invalid_client_metadata",
        "A member of the metadata may not be so.",
        "Change the member that the description names.",
    ),
    Reason(
        "software_statement_unsupported",
        "invalid_software_statement",
        "Software statements are not supported.",
        "Send the metadata as plain members.",
    ),
)
