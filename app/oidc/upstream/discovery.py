"""What another provider says about itself (OIDC Discovery §4), and which issuer it must name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from app.oidc.upstream.refusal import UpstreamRefusal
from app.security import jwks, uris
from app.services.authorization.attempts import shown
from app.services.clients import remote_documents
from app.services.people.upstreams import Upstream
from app.settings import settings

WELL_KNOWN = "/.well-known/openid-configuration"
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
#: How we prove who we are at a token endpoint, the best first.
AUTH_METHODS = ("client_secret_basic", "client_secret_post")
#: Microsoft's issuer for accounts of any tenant stands for one issuer a tenant.
ANY_TENANT = re.compile(r"(https://[^/]+/)(?:common|organizations)(/v2\.0)")
TENANT = "{tenantid}"
GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Metadata:
    """A discovery document, as far as we need it."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    auth_method: str
    algorithms: tuple[str, ...]
    announces_iss: bool


def address(issuer: str) -> str:
    """Return where the discovery document of an issuer is (OIDC Discovery §4.1)."""
    return f"{issuer.removesuffix('/')}{WELL_KNOWN}"


def announced_issuer(upstream: Upstream) -> str:
    """Return the issuer that the document must name, which may stand for many tenants."""
    found = ANY_TENANT.fullmatch(upstream.issuer) if upstream.kind == "microsoft" else None
    return f"{found[1]}{TENANT}{found[2]}" if found else upstream.issuer


def token_issuer(upstream: Upstream, claims: Mapping[str, Any]) -> str | None:
    """Return the issuer that an ID token must name, None when it says no usable tenant."""
    announced = announced_issuer(upstream)
    if announced == upstream.issuer:
        return upstream.issuer
    tenant = claims.get("tid")
    if not isinstance(tenant, str) or not GUID.fullmatch(tenant):
        return None
    return announced.replace(TENANT, tenant)


def find(upstream: Upstream) -> Metadata:
    """Return the provider's metadata, fetched if need be; nothing may wait to be committed.

    Raises:
        UpstreamRefusal: it cannot be fetched or used.
    """
    uri = address(upstream.issuer)
    judge = partial(fault, upstream)
    document = remote_documents.get(uri, accept="application/json", judge=judge)
    if document is None:
        word = remote_documents.fault_of(uri)
        # A document that was read and refused has a sentence, one that was not has a word.
        code = "upstream_metadata_unusable" if " " in word else "upstream_unreachable"
        raise UpstreamRefusal(code, "discovery", sent=word, expected=uri)
    if (why := fault(upstream, document)) is not None:  # it was fetched for another provider
        raise UpstreamRefusal("upstream_metadata_unusable", "discovery", sent=why, expected=uri)
    return metadata(document)


def fault(upstream: Upstream, document: Mapping[str, Any]) -> str | None:
    """Return why a discovery document cannot be used, in words, None when it can.

    A document that names another issuer may be an attacker's copy (OIDC Discovery §4.3).
    """
    if document.get("issuer") != announced_issuer(upstream):
        return f"its issuer is {shown(document.get('issuer'))[:60]}"
    for name in ENDPOINTS:
        if not _is_usable(document.get(name)):
            return f"its {name} is no https address"
    if "userinfo_endpoint" in document and not _is_usable(document["userinfo_endpoint"]):
        return "its userinfo_endpoint is no https address"
    if _auth_method(document) is None:
        return "it takes no client secret"
    if not _algorithms(document):
        return "it signs with no algorithm that we accept"
    return None


def _is_usable(uri: Any) -> bool:
    if not isinstance(uri, str):
        return False
    is_here = settings.is_local and uris.is_loopback(uri) and uri.startswith("http://")
    return is_here or uris.web_fault(uri) is None


def _listed(document: Mapping[str, Any], name: str, usual: tuple[str, ...]) -> list[str]:
    values = document.get(name, usual)
    return [value for value in values if isinstance(value, str)] if _is_list(values) else []


def _is_list(values: Any) -> bool:
    return isinstance(values, list | tuple)


def _auth_method(document: Mapping[str, Any]) -> str | None:
    name = "token_endpoint_auth_methods_supported"
    known = _listed(document, name, ("client_secret_basic",))
    return next((method for method in AUTH_METHODS if method in known), None)


def _algorithms(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what its ID tokens may be signed with: never `none`, never our own secret."""
    known = _listed(document, "id_token_signing_alg_values_supported", ("RS256",))
    return tuple(alg for alg in jwks.SIGNATURES if alg in known)


def metadata(document: Mapping[str, Any]) -> Metadata:
    """Return what we need of a document that has no fault."""
    return Metadata(
        authorization_endpoint=document["authorization_endpoint"],
        token_endpoint=document["token_endpoint"],
        jwks_uri=document["jwks_uri"],
        userinfo_endpoint=document.get("userinfo_endpoint", ""),
        auth_method=_auth_method(document) or "",
        algorithms=_algorithms(document),
        announces_iss=document.get("authorization_response_iss_parameter_supported") is True,
    )
