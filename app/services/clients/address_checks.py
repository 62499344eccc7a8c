"""Whether the addresses of a client answer, and whether its clock is right.

They are asked through the one door for outgoing requests, so that nobody reaches through us what
only we can reach (SSRF).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from app.clock import now
from app.models import Client
from app.security import jwks, uris
from app.security.guarded_network import FetchFailed
from app.security.strict_json import BadJson, parse_object
from app.services.upkeep import outgoing

MOST_HOSTS = 3
#: Tokens of a client whose clock is further off are refused somewhere.
MOST_SECONDS_OFF = 30


@dataclass(frozen=True, slots=True)
class Checked:
    """An address that was asked: `code` says what came of it, `detail` more of that."""

    what: str
    address: str
    ok: bool
    code: str
    detail: str = ""
    #: How far its clock is ahead of ours, in seconds; None when it does not say.
    seconds_ahead: int | None = None

    @property
    def clock_is_right(self) -> bool | None:
        """Tell whether its clock is near enough, None when it does not say."""
        if self.seconds_ahead is None:
            return None
        return abs(self.seconds_ahead) <= MOST_SECONDS_OFF


def check(client: Client) -> list[Checked]:
    """Ask the client's key set and the hosts people are sent back to; no transaction may be open.

    Hosts are asked for their first page: the address itself would take it for an answer of ours.
    """
    found = []
    key_set = client.setting("jwks_uri")
    if key_set:
        found.append(_key_set(key_set))
    return [*found, *(_host(origin) for origin in _origins(client))]


def _origins(client: Client) -> Iterator[str]:
    """Yield where people are sent back to, each host once; app links have none."""
    registered = client.setting("redirect_uris") or ()
    web = [uri for uri in registered if uri.startswith(("https://", "http://"))]
    origins = [uris.origin_of(uri) for uri in web]
    yield from list(dict.fromkeys(origins))[:MOST_HOSTS]


def _key_set(uri: str) -> Checked:
    try:
        fetched = outgoing.get(uri, accept=jwks.ACCEPT)
        found = parse_object(fetched.body)
    except FetchFailed as failed:
        return Checked("jwks_uri", uri, ok=False, code="unreachable", detail=failed.reason)
    except BadJson:
        return Checked("jwks_uri", uri, ok=False, code="no_json")
    fault = jwks.fault(found)
    ahead = _seconds_ahead(fetched.date)
    if fault:
        return Checked(
            "jwks_uri", uri, ok=False, code="bad_keys", detail=fault, seconds_ahead=ahead
        )
    kinds = ", ".join(f"{key['kty']} {key.get('kid', '')}".strip() for key in found["keys"])
    return Checked("jwks_uri", uri, ok=True, code="keys", detail=kinds, seconds_ahead=ahead)


def _host(origin: str) -> Checked:
    try:
        fetched = outgoing.probe(f"{origin}/")
    except FetchFailed as failed:
        if uris.is_loopback(origin):  # it is where the browser is, and we are not
            return Checked("redirect_uris", origin, ok=True, code="on_device")
        return Checked("redirect_uris", origin, ok=False, code="unreachable", detail=failed.reason)
    return Checked(
        "redirect_uris",
        origin,
        ok=fetched.status < 500,
        code="answers",
        detail=str(fetched.status),
        seconds_ahead=_seconds_ahead(fetched.date),
    )


def _seconds_ahead(date: str) -> int | None:
    """Return how far the clock behind a Date header is ahead of ours (RFC 9110 §6.6.1)."""
    try:
        theirs = parsedate_to_datetime(date)
    except ValueError:
        return None
    if theirs.tzinfo is None:
        return None
    return round((theirs - now()).total_seconds())
