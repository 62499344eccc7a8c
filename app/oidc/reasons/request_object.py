"""Why a request object is refused."""

from __future__ import annotations

from app.oidc.reasons.reason import Reason

ROWS = (
    Reason(
        "request_object_twice",
        "invalid_request",
        "Send request or request_uri, not both.",
        "Leave one of them out (OIDC Core section 6).",
    ),
    Reason(
        "request_uri_unregistered",
        "invalid_request_uri",
        "The request_uri is not registered for this client.",
        "Register it in request_uris, to the last character and with its fragment.",
        mender="admin",
        setting="request_uris",
    ),
    Reason(
        "request_uri_unreachable",
        "invalid_request_uri",
        "The request_uri could not be fetched.",
        "Serve the request object over https within three seconds, without a redirect.",
    ),
    Reason(
        "request_object_unusable",
        "invalid_request_object",
        "The request object cannot be used.",
        "Sign it with a registered key and one of request_object_signing_alg_values_supported. "
        "Unsigned ones are refused.",
        setting="jwks_uri",
    ),
    Reason(
        "request_object_unsigned",
        "invalid_request_object",
        "The request object is not signed.",
        "Sign it: alg none is refused here.",
    ),
    Reason(
        "request_object_key_unknown",
        "invalid_request_object",
        "The request object is signed with a key that is not registered.",
        "Publish the key under this kid at jwks_uri, or register it in jwks.",
        mender="admin",
        setting="jwks_uri",
    ),
    Reason(
        "request_object_signature_wrong",
        "invalid_request_object",
        "The request object names a registered key and is not signed with it.",
        "Sign with the private half of the key that is registered under this kid.",
        setting="jwks_uri",
    ),
    Reason(
        "request_object_algorithm",
        "invalid_request_object",
        "The request object is signed with an algorithm that the client is not registered for.",
        "Sign with the registered algorithm, or change that here.",
        setting="request_object_signing_alg",
    ),
    Reason(
        "request_object_other_kind",
        "invalid_request_object",
        "The typ of the request object names another kind of token.",
        "Set typ to oauth-authz-req+jwt or JWT, or leave it out.",
    ),
    Reason(
        "request_object_not_for_us",
        "invalid_request_object",
        "The iss or aud of the request object is wrong.",
        "Set iss to the client_id and aud to the issuer of the discovery document.",
    ),
    Reason(
        "request_object_expired",
        "invalid_request_object",
        "The request object is not valid now.",
        "Make a new one for each sign-in, with times in whole seconds.",
    ),
    Reason(
        "request_object_differs",
        "invalid_request_object",
        "The request object and the parameters beside it differ.",
        "Send the same client_id and response_type outside and inside.",
    ),
)
