"""Why a logout request is refused."""

from __future__ import annotations

from app.oidc.reasons.reason import Reason

ROWS = (
    Reason(
        "logout_hint_unusable",
        "invalid_request",
        "The id_token_hint is not an ID token of this provider for this client.",
        "Send the ID token as it was issued, also when it has expired.",
    ),
    Reason(
        "logout_client_differs",
        "invalid_request",
        "The client_id is not the one the id_token_hint was issued to.",
        "Send the ID token of this client, or leave client_id out.",
    ),
    Reason(
        "post_logout_redirect_uri_mismatch",
        "invalid_request",
        "The post_logout_redirect_uri is not registered for this client.",
        "Register the address as it is sent, to the last character, or leave it out.",
        mender="admin",
        setting="post_logout_redirect_uris",
    ),
)
