"""What may be wrong with an authorization request, though it may well be answered.

For who writes an application: each finding is a habit that breaks or can be abused one day. What
is refused is for authorization_request to say.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlsplit

from app.models import Client
from app.oidc.bench_exchange import HIDDEN
from app.oidc.inspection import Finding
from app.oidc.request import PARAMETERS
from app.security.uris import LONGEST_URI
from app.settings import settings

#: What must not be in an address: it stays in histories and logs (RFC 9700 §4.3).
SECRET = frozenset(
    {"client_secret", "code_verifier", "password", "access_token", "refresh_token", "code"}
)
#: Whoever asks for these asks everybody, every time.
ALWAYS = frozenset({"login", "consent", "select_account"})
#: Fewer signs, or fewer different ones, are no random value of 64 bits.
SHORTEST_RANDOM, FEWEST_SIGNS = 11, 6
LONGEST_DETAIL = 200


def read(address: str) -> tuple[list[tuple[str, str]], list[Finding]]:
    """Return the parameters of the address of a request, and what is wrong with the rest of it.

    A query alone, with or without the question mark, is fine as well.
    """
    text = "".join(address.split())
    if "://" not in text:
        return _pairs(text.removeprefix("?")), []
    try:
        parts = urlsplit(text)
    except ValueError:
        return [], [Finding("wrong_place", ok=False, detail=text[:LONGEST_DETAIL])]
    here = f"{parts.scheme}://{parts.netloc}{parts.path}"
    is_ours = here == f"{settings.issuer}/authorize"
    return _pairs(parts.query), [] if is_ours else [Finding("wrong_place", ok=False, detail=here)]


def veiled(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the parameters as they are shown: what opens something is hidden."""
    return [(name, HIDDEN if name in SECRET else value) for name, value in pairs]


def _pairs(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True)


def lint(pairs: Sequence[tuple[str, str]], client: Client) -> list[Finding]:
    """Return what was looked at, good and bad, the bad first."""
    sent = dict(reversed(pairs))  # of repeated ones the first
    found = [
        *_whose(sent, client),
        *_random(sent),
        *_challenge(sent, client),
        *_asked(sent, client),
        *_spelling(pairs),
    ]
    return sorted(found, key=lambda finding: finding.ok)


def _whose(sent: dict[str, str], client: Client) -> list[Finding]:
    client_id, address = sent.get("client_id", ""), sent.get("redirect_uri", "")
    known = len(address) <= LONGEST_URI and client.check_redirect_uri(address)
    return [
        Finding("client_named", client_id == client.client_id, client_id),
        Finding("redirect_registered", bool(known), address),
    ]


def _random(sent: dict[str, str]) -> list[Finding]:
    state, nonce = sent.get("state", ""), sent.get("nonce", "")
    found = [_random_one("state", state)]
    if "openid" in sent.get("scope", "").split():
        found.append(_random_one("nonce", nonce))
    if state and state == nonce:
        found.append(Finding("state_is_nonce", ok=False))
    return found


def _random_one(name: str, value: str) -> Finding:
    if not value:
        return Finding(f"{name}_missing", ok=False)
    looks_random = len(value) >= SHORTEST_RANDOM and len(set(value)) >= FEWEST_SIGNS
    return Finding(f"{name}_random", looks_random, value)


def _challenge(sent: dict[str, str], client: Client) -> list[Finding]:
    if not sent.get("code_challenge"):
        return [Finding("challenge_needed" if client.is_public else "challenge", ok=False)]
    method = sent.get("code_challenge_method", "plain")
    return [Finding("challenge_hashed", method == "S256", method)]


def _asked(sent: dict[str, str], client: Client) -> list[Finding]:
    scopes, response_type = sent.get("scope", "").split(), sent.get("response_type", "")
    found = [
        Finding("asks_for_code", response_type == "code", response_type),
        Finding("asks_who", "openid" in scopes),
    ]
    if others := sorted(set(scopes) - client.scopes):
        found.append(Finding("scope_registered", ok=False, detail=" ".join(others)))
    if asked := ALWAYS.intersection(sent.get("prompt", "").split()):
        found.append(Finding("prompts_always", ok=False, detail=" ".join(sorted(asked))))
    if sent.get("claims") and not _is_object(sent["claims"]):
        found.append(Finding("claims_readable", ok=False))
    return found


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _spelling(pairs: Sequence[tuple[str, str]]) -> list[Finding]:
    names = [name for name, _ in pairs]
    repeated = sorted({name for name in names if names.count(name) > 1})
    told = sorted(SECRET.intersection(names))
    strange = sorted(set(names) - PARAMETERS - SECRET)
    lists = (("repeated", repeated), ("secret_told", told), ("strange", strange))
    return [
        Finding(code, ok=False, detail=" ".join(found)[:LONGEST_DETAIL])
        for code, found in lists
        if found
    ]
