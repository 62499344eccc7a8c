"""What the members of a registration mean for each other, whoever registers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from app.errors import InvalidInput
from app.security import uris
from app.security.client_tokens import SECRET_ALG
from app.services.clients.client_schema import DEVICE_CODE, ClientMetadata
from app.services.clients.scopes import ALWAYS
from app.settings import settings

DEFAULT_ENC: Literal["A128CBC-HS256"] = "A128CBC-HS256"
#: What may be encrypted, by the beginning of the names of its members.
ENCRYPTED = ("id_token_encrypted_response", "userinfo_encrypted_response")
REQUEST_OBJECTS = "request_object_encryption"
#: Whether a method signs with the secret, or else with a key of its own.
SIGNED_WITH_SECRET = {"client_secret_jwt": True, "private_key_jwt": False}
#: Key management with a secret that both sides know.
SYMMETRIC = frozenset({"dir", "A128KW", "A256KW"})


def apply(metadata: ClientMetadata) -> None:
    """Complete a registration and refuse what cannot work.

    Raises:
        InvalidInput: names the member at fault.
    """
    _grants(metadata)
    _required(metadata)
    _keys(metadata)
    _signature(metadata)
    _encryption(metadata)
    _web_addresses(metadata)
    _subjects(metadata)
    _logout(metadata)
    if metadata.token_endpoint_auth_method == "none":
        _public(metadata)
    if metadata.security_profile == "strict":
        metadata.pkce_required = True


def _grants(metadata: ClientMetadata) -> None:
    if not {"authorization_code", "implicit"}.intersection(metadata.grant_types):
        metadata.response_types = []
    elif not metadata.redirect_uris:
        raise InvalidInput("redirect_uris", "Give at least one redirect address.")
    # They must agree (OIDC Registration §2); libraries forget `implicit` for hybrid flows.
    for response_type in metadata.response_types:
        missing = grants_of(response_type).difference(metadata.grant_types)
        metadata.grant_types = [*metadata.grant_types, *sorted(missing)]


def grants_of(response_type: str) -> set[Literal["authorization_code", "implicit"]]:
    """Return the grant types that a response type uses."""
    if response_type == "code":
        return {"authorization_code"}
    return {"authorization_code", "implicit"} if "code" in response_type.split() else {"implicit"}


def _required(metadata: ClientMetadata) -> None:
    """Refuse to require what may not even be asked for; openid need not be named."""
    wanted, allowed = set(metadata.required_scopes), metadata.scope.split()
    unknown = sorted(wanted.difference(allowed, ALWAYS))
    if unknown:
        message = f"It may not even ask for {unknown[0][:60]}: allow that first, or leave it out."
        raise InvalidInput("required_scopes", message)
    metadata.required_scopes = [name for name in allowed if name in wanted - ALWAYS]


def _keys(metadata: ClientMetadata) -> None:
    """Refuse methods that need keys of a client that has none (OIDC Registration §2)."""
    if metadata.jwks is not None and metadata.jwks_uri:
        raise InvalidInput("jwks_uri", "Give jwks or jwks_uri, not both.")
    if metadata.jwks is not None or metadata.jwks_uri:
        return
    if metadata.token_endpoint_auth_method == "private_key_jwt":
        raise InvalidInput("jwks", "private_key_jwt needs keys: give jwks or jwks_uri.")
    for name in ENCRYPTED:
        alg = getattr(metadata, f"{name}_alg")
        if alg is not None and alg not in SYMMETRIC:
            raise InvalidInput("jwks", f"{alg} needs a key of yours: give jwks or jwks_uri.")


def _signature(metadata: ClientMetadata) -> None:
    """Refuse an algorithm that the method never uses (OIDC Registration §2).

    Beside a method that signs nothing it is ignored (protocol.md 12).
    """
    alg, method = metadata.token_endpoint_auth_signing_alg, metadata.token_endpoint_auth_method
    if alg is None or method not in SIGNED_WITH_SECRET:
        return
    if SIGNED_WITH_SECRET[method] != (alg == SECRET_ALG):
        raise InvalidInput("token_endpoint_auth_signing_alg", f"{method} does not sign with {alg}.")


def _web_addresses(metadata: ClientMetadata) -> None:
    """Refuse addresses of a person's own machine for tokens in the URL (OIDC Registration §2).

    Any program there could wait for them; native clients have no other, and a provider on the same
    machine is there to try things.
    """
    if metadata.application_type == "native" or set(metadata.response_types) <= {"code"}:
        return
    if any(uris.is_loopback(uri) for uri in metadata.redirect_uris) and not settings.is_local:
        message = "Tokens in the URL are sent to https addresses alone, and never to localhost."
        raise InvalidInput("redirect_uris", message)


def _encryption(metadata: ClientMetadata) -> None:
    for name in (*ENCRYPTED, REQUEST_OBJECTS):
        alg, enc = getattr(metadata, f"{name}_alg"), getattr(metadata, f"{name}_enc")
        if enc is not None and alg is None:
            raise InvalidInput(f"{name}_enc", f"Give {name}_alg as well.")
        if alg is not None and enc is None:
            setattr(metadata, f"{name}_enc", DEFAULT_ENC)
    if metadata.token_endpoint_auth_method == "none" and needs_secret(metadata.model_dump()):
        raise InvalidInput("token_endpoint_auth_method", "This client has no secret to use so.")


def needs_secret(registration: Mapping[str, Any]) -> bool:
    """Tell whether we must be able to read the client's secret, and not only to recognise it.

    It is kept encrypted then, because a signature or a key is made from it (OIDC Core §10.2).
    """
    algs = {registration.get(f"{name}_alg") for name in (*ENCRYPTED, REQUEST_OBJECTS)}
    return bool(
        registration.get("token_endpoint_auth_method") == "client_secret_jwt"
        or registration.get("request_object_signing_alg") == "HS256"
        or SYMMETRIC.intersection(algs)
    )


def has_secret(registration: Mapping[str, Any]) -> bool:
    """Tell whether the client gets a secret at all: one that signs with a key needs none."""
    method = registration.get("token_endpoint_auth_method")
    return str(method).startswith("client_secret") or needs_secret(registration)


def _subjects(metadata: ClientMetadata) -> None:
    """Refuse a pairwise subject that has no one sector (OIDC Core §8.1)."""
    if metadata.subject_type != "pairwise":
        return
    if DEVICE_CODE in metadata.grant_types and not metadata.redirect_uris:
        # A sector names redirect addresses: nothing would show that this client is one of it.
        message = "Without redirect addresses nothing shows what sector it belongs to."
        raise InvalidInput("subject_type", message)
    if metadata.sector_identifier_uri:
        return
    if len({uris.host_of(uri) for uri in metadata.redirect_uris}) > 1:
        message = "Redirect addresses of several hosts need a sector_identifier_uri."
        raise InvalidInput("sector_identifier_uri", message)


def _logout(metadata: ClientMetadata) -> None:
    """Refuse a page in our frame that is not the client's own (Front-Channel Logout 1.0 §2)."""
    told_at = metadata.frontchannel_logout_uri
    origins = {uris.origin_of(uri) for uri in metadata.redirect_uris}
    if told_at and uris.origin_of(told_at) not in origins:
        message = "Use scheme, host and port of a redirect address."
        raise InvalidInput("frontchannel_logout_uri", message)


def _public(metadata: ClientMetadata) -> None:
    if "client_credentials" in metadata.grant_types:  # RFC 6749 §4.4: confidential clients only
        message = "Only an application that keeps a secret can get tokens for itself."
        raise InvalidInput("grant_types", message)
    metadata.pkce_required = True  # a public client has nothing else to prove itself with
    metadata.introspects = False
