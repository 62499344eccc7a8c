"""Why a client is not believed to be who it says.

A stranger must not learn which half was wrong (security.md TE04): the trace names the cause, the
client is told `client_authentication_refused` whatever it was.
"""

from __future__ import annotations

from app.oidc.reasons.reason import SECRETS, Mender, Reason

METHOD = "token_endpoint_auth_method"


def _hidden(
    code: str, description: str, fix: str, *, setting: str = METHOD, is_here: bool = False
) -> Reason:
    """Return a cause that only the trace names."""
    mender: Mender = "admin" if is_here else "app"
    return Reason(code, "invalid_client", description, fix, 401, mender, setting)


#: What is behind `client_authentication_refused`; the wire never names them.
HIDDEN = (
    _hidden(
        "client_method_wrong",
        "The client is registered for another way to prove itself.",
        "Use the registered method in the client, or change how it proves itself here.",
    ),
    _hidden(
        "client_method_keyless",
        "The client sent no secret, and is not registered as one without.",
        "Send the secret. An app that cannot keep one is registered as running on devices.",
    ),
    _hidden(
        "client_secret_wrong",
        "The client secret is none of this client's.",
        "Copy the secret anew; if nobody has it any more, add a second one and use that.",
        setting=SECRETS,
    ),
    _hidden(
        "client_secret_expired",
        "The client secret was right once and has expired.",
        "Add a secret here and put it into the client.",
        setting=SECRETS,
        is_here=True,
    ),
    _hidden(
        "client_secret_revoked",
        "The client secret ends like one that was revoked.",
        "Put the present secret into the client, or add a new one here.",
        setting=SECRETS,
    ),
    _hidden(
        "client_secret_hashed",
        "What was sent as client secret is a hash of one.",
        "Put the secret itself into the client, as it was shown once; not what a database or a "
        "password file keeps of it.",
        setting=SECRETS,
    ),
    _hidden(
        "client_secret_untrimmed",
        "The client secret is right but for spaces, line ends or quotation marks around it.",
        "Take them out: mostly a file ends with a line end, or a setting keeps its quotation "
        "marks.",
        setting=SECRETS,
    ),
    _hidden(
        "client_secret_cut",
        "The client secret is shorter than what is issued here: a part of it is missing.",
        "Copy the whole of it, from swx_cs_ to its last character.",
        setting=SECRETS,
    ),
    _hidden(
        "client_halves_swapped",
        "Client ID and client secret stand in each other's place.",
        "Swap the two in the client's settings. Add a new secret: this one may stand in logs.",
        setting=SECRETS,
    ),
    _hidden(
        "basic_header_malformed",
        "The Authorization header is not what Basic wants.",
        "Send the word Basic, a space, and the base64 of client_id, a colon and the secret, each "
        "half form-url-encoded first (RFC 6749 section 2.3.1).",
    ),
    _hidden(
        "client_ids_differ",
        "The request names two different clients.",
        "Send the client_id of the credentials, or leave the one beside them out.",
        setting="",
    ),
    _hidden(
        "client_assertion_malformed",
        "The client assertion cannot be read.",
        "Send a JWT whose header has an alg we know and no key, and whose sub is the client_id.",
    ),
    _hidden(
        "client_assertion_key_unknown",
        "The client assertion is signed with a key that is not registered.",
        "Publish the key under this kid at jwks_uri, or register it in jwks.",
        setting="jwks_uri",
        is_here=True,
    ),
    _hidden(
        "client_assertion_signature_wrong",
        "The client assertion names a registered key and is not signed with it.",
        "Sign with the private half of the key that is registered under this kid.",
        setting="jwks_uri",
    ),
    _hidden(
        "client_assertion_algorithm",
        "The client assertion is signed with an algorithm that the client is not registered for.",
        "Sign with the registered algorithm, or change that here.",
        setting="token_endpoint_auth_signing_alg",
    ),
    _hidden(
        "client_assertion_other_kind",
        "The typ of the client assertion names another kind of token.",
        "Set typ to client-authentication+jwt or JWT, or leave it out.",
        setting="",
    ),
    _hidden(
        "client_assertion_subject",
        "The iss or sub of the client assertion is not the client_id.",
        "Set both iss and sub to the client_id.",
    ),
)
ROWS = (
    # --- what the client is told, whatever it was
    Reason(
        "client_authentication_missing",
        "invalid_client",
        "Client authentication is missing or did not succeed.",
        "Authenticate with the registered method and the current secret.",
        401,
        setting="token_endpoint_auth_method",
    ),
    Reason(
        "client_authentication_refused",
        "invalid_client",
        "Client authentication is missing or did not succeed.",
        "Check client_id, secret and method. Form-url-encode both halves before base64 when you "
        "use Basic (RFC 6749 section 2.3.1).",
        401,
        setting="token_endpoint_auth_method",
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
        setting="token_endpoint_auth_method",
    ),
    Reason(
        "client_assertion_audience",
        "invalid_client",
        "The aud of the client assertion does not name this provider.",
        "Set aud to the issuer, as the discovery document has it.",
        401,
        setting="security_profile",
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
    *HIDDEN,
)
