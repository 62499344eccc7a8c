"""What was wrong when a client could not prove itself, for the trace; the wire never tells.

Asked only after a refusal: whoever is right waits for none of it.
"""

from __future__ import annotations

from app.models import Client
from app.oidc.reasons import Refusal
from app.security import secrets
from app.services.authorization.attempts import bare, looks_hashed
from app.services.clients import revoked_secrets

#: What the client is told whatever it was (security.md TE04).
TOLD = "client_authentication_refused"
SECRET_PREFIX = "swx_cs_"
SECRET_LENGTH = len(SECRET_PREFIX) + 43
#: Our identifiers have 22 characters; what is longer and known to nobody may be a secret.
LONGEST_ID = 40


def refused(code: str, sent: str, *, expected: str = "") -> Refusal:
    """Return a refusal whose cause only the trace names."""
    return Refusal(code, "client", sent=sent, expected=expected, told=TOLD)


def cause(client: Client | None, method: str, client_id: str, secret: str) -> str:
    """Return the reason code of why these credentials were refused."""
    if client is None:
        swapped = client_id.startswith(SECRET_PREFIX)
        return "client_halves_swapped" if swapped else "client_unknown"
    if client.is_disabled:
        return "client_turned_off"
    if not client.check_endpoint_auth_method(method, "token"):
        keyless = method == "none"
        return "client_method_keyless" if keyless else "client_method_wrong"
    return _of_secret(client, secret)


def _of_secret(client: Client, secret: str) -> str:
    digest = secrets.digest(secret)
    if any(secrets.same(digest, kept.digest) for kept in client.secrets):
        return "client_secret_expired"
    if secret != bare(secret) and client.check_client_secret(bare(secret)):
        return "client_secret_untrimmed"
    ours = any(secrets.same(secret, kept.digest) for kept in client.secrets)
    if ours or looks_hashed(secret):
        return "client_secret_hashed"
    whole = secret.startswith(SECRET_PREFIX) and len(secret) == SECRET_LENGTH
    if whole and revoked_secrets.has(client.client_id, ending=secret[-4:]):
        return "client_secret_revoked"
    if client.check_client_secret(f"{SECRET_PREFIX}{secret}"):
        return "client_secret_cut"
    cut = secret.startswith(SECRET_PREFIX) and len(secret) < SECRET_LENGTH
    return "client_secret_cut" if cut else "client_secret_wrong"


def is_like_a_secret(client_id: str) -> bool:
    """Tell whether what was sent as client_id may be a secret or a hash in the wrong place."""
    return len(client_id) > LONGEST_ID or looks_hashed(client_id) or client_id != bare(client_id)
