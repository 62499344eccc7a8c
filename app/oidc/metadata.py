"""The discovery documents, derived from what is registered (OIDC Discovery §3, RFC 8414 §2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.oidc import client_assertion, client_auth, request_object
from app.oidc.authorization_request import PROMPTS
from app.oidc.extensions import response_type as response_types
from app.oidc.extensions.response_mode import RESPONSE_MODES
from app.oidc.grants import GRANTS
from app.security import jwe
from app.security.jose import ALGORITHMS
from app.services.authorization.levels import ACR_VALUES
from app.services.clients import scopes, subjects
from app.services.clients.scopes import Scope
from app.services.people import claims
from app.services.upkeep.languages import LANGUAGES
from app.settings import Settings

#: Claims that tell about the sign-in itself (OIDC Core §2).
PROTOCOL_CLAIMS = ("iss", "aud", "iat", "exp", "auth_time", "nonce", "acr", "amr", "sid")


def document(settings: Settings, custom: Iterable[Scope] = ()) -> dict[str, Any]:
    """Return the metadata; both well-known addresses serve the same one.

    `custom` are the scopes that administrators have made, and are on.
    """
    return {
        **_addresses(settings.issuer),
        "scopes_supported": [*scopes.NAMES, *(scope.name for scope in custom)],
        "response_types_supported": list(response_types.supported(settings)),
        "response_modes_supported": list(RESPONSE_MODES),
        "grant_types_supported": _grant_types(settings),
        "acr_values_supported": list(ACR_VALUES),
        "subject_types_supported": list(subjects.TYPES),
        "id_token_signing_alg_values_supported": list(ALGORITHMS),
        "userinfo_signing_alg_values_supported": list(ALGORITHMS),
        **_encryption(),
        "token_endpoint_auth_methods_supported": list(client_auth.NAMES),
        "introspection_endpoint_auth_methods_supported": list(client_auth.CONFIDENTIAL),
        "revocation_endpoint_auth_methods_supported": list(client_auth.NAMES),
        **_assertion_algs(),
        "prompt_values_supported": list(PROMPTS),
        "claim_types_supported": ["normal"],
        "claims_supported": _claims(custom),
        "ui_locales_supported": list(LANGUAGES),
        "code_challenge_methods_supported": ["S256"],
        "claims_parameter_supported": True,
        "request_parameter_supported": True,
        "request_uri_parameter_supported": True,
        "require_request_uri_registration": True,
        "request_object_signing_alg_values_supported": list(request_object.ALGORITHMS),
        **_logout(),
        "authorization_response_iss_parameter_supported": True,
        **_optional(settings),
    }


def _addresses(issuer: str) -> dict[str, str]:
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/jwks.json",
        "introspection_endpoint": f"{issuer}/introspect",
        "revocation_endpoint": f"{issuer}/revoke",
        "end_session_endpoint": f"{issuer}/end_session",
        "device_authorization_endpoint": f"{issuer}/device_authorization",
    }


def _claims(custom: Iterable[Scope]) -> list[str]:
    added = [claim for scope in custom for claim in scope.claims]
    return list(dict.fromkeys([*claims.CLAIMS, *added, *PROTOCOL_CLAIMS]))


def _grant_types(settings: Settings) -> list[str]:
    implicit = ["implicit"] if settings.legacy_response_types else []
    return [grant.GRANT_TYPE for grant, _ in GRANTS] + implicit


def _logout() -> dict[str, bool]:
    ways = ("backchannel", "frontchannel")
    facts = ("logout_supported", "logout_session_supported")
    return {f"{way}_{fact}": True for way in ways for fact in facts}


def _encryption() -> dict[str, list[str]]:
    """Return what ID tokens, userinfo and request objects may be encrypted with."""
    names = ("id_token", "userinfo", "request_object")
    algs = {f"{name}_encryption_alg_values_supported": list(jwe.ALGORITHMS) for name in names}
    encs = {f"{name}_encryption_enc_values_supported": list(jwe.CONTENT) for name in names}
    return {**algs, **encs}


def _assertion_algs() -> dict[str, list[str]]:
    """Return what client assertions may be signed with; RFC 8414 §2 wants it for each endpoint."""
    algs = [alg for known in client_assertion.ALGORITHMS.values() for alg in known]
    return {
        f"{name}_endpoint_auth_signing_alg_values_supported": algs
        for name in ("token", "introspection", "revocation")
    }


def _optional(settings: Settings) -> dict[str, str]:
    is_open = settings.registration != "closed"
    links = {
        "op_policy_uri": settings.privacy_url,
        "op_tos_uri": settings.terms_url,
        "registration_endpoint": f"{settings.issuer}/register" if is_open else "",
        "check_session_iframe": (
            f"{settings.issuer}/check_session" if settings.session_iframe else ""
        ),
    }
    return {name: link for name, link in links.items() if link}
