"""Encryption of what a client is told, when it has asked for that (OIDC Core §10.2, §16.14)."""

from __future__ import annotations

from collections.abc import Callable

from app.models import Client
from app.oidc.reasons import Refusal
from app.security import jwe, jwks
from app.services.authorization import keys
from app.services.clients import client_keys

Seal = Callable[[str], str]
NAMES = {"id_token": "id_token_encrypted_response", "userinfo": "userinfo_encrypted_response"}


def of(client: Client, what: str, *, is_token: bool = True) -> Seal | None:
    """Return what encrypts an ID token or userinfo of a client, None when it goes as it is.

    The client's keys may have to be fetched, so call it before anything is written.

    Raises:
        Refusal: the client has no key that fits.
    """
    alg = client.setting(f"{NAMES[what]}_alg")
    if not alg:
        return None
    enc = client.setting(f"{NAMES[what]}_enc")
    if alg in jwe.SYMMETRIC:
        secrets = client_keys.sealed_secrets(client)
        if not secrets:
            raise Refusal("client_secret_unreadable", "encryption", sent=alg)
        shared = jwe.shared_key(secrets[0], alg, enc)
        return lambda text: jwe.encrypt(text, shared, alg=alg, enc=enc, is_token=is_token)
    for jwk in jwks.encrypters(client_keys.key_set(client) or {"keys": []}, alg=alg):
        key = jwe.public_key(jwk)
        if key is not None:
            kid = jwk.get("kid")
            return lambda text: jwe.encrypt(text, key, alg=alg, enc=enc, is_token=is_token, kid=kid)
    raise Refusal("client_key_missing", "encryption", sent=alg)


def apply(seal: Seal | None, text: str) -> str:
    """Return what goes out: encrypted, or as it is."""
    return seal(text) if seal else text


def opened(client: Client | None, token: str) -> str:
    """Return what a client has encrypted to us, or with its secret.

    Raises:
        BadToken: we cannot open it.
    """

    def find(kid: str | None, alg: str, enc: str) -> list[jwe.Key]:
        if alg not in jwe.SYMMETRIC:
            return keys.decrypters(kid, alg)
        known = client_keys.sealed_secrets(client) if client else []
        return [jwe.shared_key(secret, alg, enc) for secret in known]

    return jwe.decrypt(token, find)
