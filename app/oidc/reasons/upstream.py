"""Why a sign-in with another provider is refused; here it is us who are the client.

Nothing of it goes to an application: the person sees a page, administrators the trace.
"""

from __future__ import annotations

from app.oidc.reasons.reason import UPSTREAM, Reason

UNREACHABLE, BROKEN, DENIED = "temporarily_unavailable", "server_error", "access_denied"

ROWS = (
    Reason(
        "upstream_unreachable",
        UNREACHABLE,
        "The other provider did not answer, or not in time.",
        "Press Check on its page. It is reached over https, without redirects, in 3 seconds.",
        mender="admin",
        setting=UPSTREAM,
    ),
    Reason(
        "upstream_metadata_unusable",
        BROKEN,
        "The discovery document of the other provider cannot be used.",
        "Set the issuer exactly as its discovery document has it. Press Check on its page.",
        mender="admin",
        setting=UPSTREAM,
    ),
    Reason(
        "upstream_secret_missing",
        BROKEN,
        "There is no client secret for the other provider.",
        "Enter it again: a new issuer, or a lost encryption key, makes the old one worthless.",
        mender="admin",
        setting=UPSTREAM,
    ),
    Reason(
        "upstream_state_unknown",
        DENIED,
        "The answer belongs to no sign-in that waits in this browser.",
        "It was used before, is older than ten minutes, or was started in another browser: the "
        "person starts again.",
        mender="person",
    ),
    Reason(
        "upstream_mixed_up",
        DENIED,
        "The answer came to the address of another provider.",
        "Register with each provider its own redirect URI. If you did, somebody has tried to mix "
        "two providers up (RFC 9700 section 4.4).",
        mender="admin",
        setting=UPSTREAM,
    ),
    Reason(
        "upstream_iss_differs",
        DENIED,
        "The iss parameter of the answer is missing or names another issuer.",
        "The provider announces iss (RFC 9207) and must send it. If it does, somebody has tried "
        "to mix two providers up.",
        mender="admin",
        setting=UPSTREAM,
    ),
    Reason(
        "upstream_error",
        DENIED,
        "The other provider answered with an error.",
        "Look the error up in its documentation: mostly redirect URI, client ID or scopes differ.",
        mender="admin",
        setting=UPSTREAM,
    ),
    Reason(
        "upstream_code_refused",
        DENIED,
        "The other provider did not redeem the code.",
        "Check client ID, client secret and redirect URI with the provider.",
        mender="admin",
        setting=UPSTREAM,
    ),
    Reason(
        "upstream_answer_unusable",
        BROKEN,
        "The answer of the other provider cannot be read.",
        "It lacks code, access_token or id_token, says something twice, or is no JSON object.",
        mender="admin",
        setting=UPSTREAM,
    ),
    Reason(
        "upstream_id_token_unusable",
        DENIED,
        "The ID token of the other provider is not signed as it has to be.",
        "It must be signed with RS256, ES256, PS256 or EdDSA and a key at the jwks_uri.",
        mender="admin",
        setting=UPSTREAM,
    ),
    Reason(
        "upstream_id_token_refused",
        DENIED,
        "A claim in the ID token of the other provider is not what it has to be.",
        "The check names the claim. Compare issuer and client ID; set the clocks.",
        mender="admin",
        setting=UPSTREAM,
    ),
    Reason(
        "upstream_too_old",
        DENIED,
        "The person was to prove anew who they are, and the other provider did not ask.",
        "The provider must obey prompt=login and max_age.",
        mender="admin",
        setting=UPSTREAM,
    ),
    Reason(
        "upstream_userinfo_differs",
        DENIED,
        "The userinfo of the other provider is about somebody else than its ID token.",
        "The sub of both must be the same (OIDC Core section 5.3.2).",
        mender="admin",
        setting=UPSTREAM,
    ),
    Reason(
        "upstream_session_differs",
        DENIED,
        "The session that wanted to link has ended, or is another one now.",
        "The person starts again under Security.",
        mender="person",
    ),
    Reason(
        "upstream_taken",
        DENIED,
        "What was to be linked belongs to another account here.",
        "Its owner has to remove it there first.",
        mender="person",
    ),
)
