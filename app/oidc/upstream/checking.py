"""Look at another provider as a sign-in would, and say what was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.oidc.upstream import discovery
from app.security import jwks
from app.security.guarded_network import FetchFailed
from app.security.strict_json import BadJson, parse_object
from app.services.people.upstreams import Upstream
from app.services.upkeep import outgoing


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found; `fault` is empty when a sign-in could begin."""

    address: str
    fault: str = ""
    keys: int = 0
    algorithms: tuple[str, ...] = ()
    auth_method: str = ""
    announces_iss: bool = False
    knows_s256: bool = False


def look(upstream: Upstream) -> Findings:
    """Fetch discovery document and keys afresh; nothing may wait to be committed."""
    address = discovery.address(upstream.issuer)
    try:
        document = _fetch(address)
        if (why := discovery.fault(upstream, document)) is not None:
            return Findings(address, why)
        known = _fetch(document["jwks_uri"])
        if (why := jwks.fault(known)) is not None:
            return Findings(document["jwks_uri"], why)
    except FetchFailed as failed:
        return Findings(address, failed.reason)
    except BadJson:
        return Findings(address, "no_json")
    return _found(address, document, known)


def _fetch(address: str) -> dict[str, Any]:
    return parse_object(outgoing.get(address, accept="application/json").body)


def _found(address: str, document: Mapping[str, Any], known: Mapping[str, Any]) -> Findings:
    metadata = discovery.metadata(document)
    methods = document.get("code_challenge_methods_supported")
    return Findings(
        address,
        keys=len(known["keys"]),
        algorithms=metadata.algorithms,
        auth_method=metadata.auth_method,
        announces_iss=metadata.announces_iss,
        knows_s256=isinstance(methods, list) and "S256" in methods,
    )
