"""Keys of clients: registered by value or by address, and secrets that sign.

A key that we do not know makes us look again at the address (see clients.remote_documents).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from app.models import Client
from app.security import client_tokens, jwks, secrets
from app.security.client_tokens import SECRET_ALG, Unverified
from app.security.jose import BadToken
from app.security.secrets import CannotDecrypt
from app.services.clients import remote_documents
from app.settings import settings


def verify(client: Client, token: str, algorithms: Collection[str], *, typ: str) -> dict[str, Any]:
    """Return the claims of a token that the client has signed; what they say is not checked.

    No transaction may be open: the client's key set may have to be fetched. `typ` is the kind that
    is wanted; clients need not name it, but what names another is no such token (RFC 8725 §3.11).

    Raises:
        BadToken: it cannot be read, is of another kind, or no key of the client made the signature.
    """
    unverified = client_tokens.read(token, algorithms)
    if not unverified.is_typed(typ):
        reason = "wrong_type"
        raise BadToken(reason)
    if unverified.alg == SECRET_ALG:
        return _believed(unverified, [secret.encode() for secret in sealed_secrets(client)])
    known = key_set(client)
    if known and unverified.is_signed_with(_candidates(known, unverified)):
        return unverified.claims
    renewed = _renewed(client)
    return _believed(unverified, _candidates(renewed or {"keys": []}, unverified))


def _candidates(known: dict[str, Any], unverified: Unverified) -> list[Any]:
    return jwks.signers(known, kid=unverified.kid, alg=unverified.alg)


def _believed(unverified: Unverified, keys: list[Any]) -> dict[str, Any]:
    if not keys:
        reason = "unknown_key"
        raise BadToken(reason)
    if not unverified.is_signed_with(keys):
        reason = "wrong_signature"
        raise BadToken(reason)
    return unverified.claims


def sealed_secrets(client: Client) -> list[str]:
    """Return the living secrets of a client that signs or decrypts with them, the newest first."""
    alive = [kept for kept in client.secrets if kept.is_alive and kept.sealed]
    opened = []
    for kept in reversed(alive):
        try:
            opened.append(
                secrets.decrypt(settings.encryption_keys, kept.sealed or "", context=kept.digest)
            )
        except CannotDecrypt:  # the key outside the database was replaced: this one is lost
            continue
    return opened


def key_set(client: Client) -> dict[str, Any] | None:
    """Return the client's key set, fetched if need be; None when it has none or none is at hand."""
    if client.setting("jwks"):
        return dict(client.setting("jwks"))
    uri = client.setting("jwks_uri")
    if not uri:
        return None
    return remote_documents.get(uri, accept=jwks.ACCEPT, judge=jwks.fault)


def _renewed(client: Client) -> dict[str, Any] | None:
    """Return the key set as it is now at its address, None when nothing new could be learnt."""
    uri = client.setting("jwks_uri")
    if not uri or client.setting("jwks"):
        return client.setting("jwks")  # type: ignore[no-any-return]
    return remote_documents.renewed(uri, accept=jwks.ACCEPT, judge=jwks.fault)
