"""What a setting may look like: secrets that are none, lists of names, the issuer."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr
from pydantic_settings import NoDecode

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
SAMPLE_SECRETS = frozenset({"changeme", "secret", "dev", "development", "password", "insecure"})
SHORTEST_SECRET = 32
PASSWORD_LENGTHS = range(8, 65)


def _split(value: SecretStr) -> SecretStr:
    for part in value.get_secret_value().split(","):
        if len(part.strip()) < SHORTEST_SECRET or part.strip().lower() in SAMPLE_SECRETS:
            message = f"each secret needs at least {SHORTEST_SECRET} random characters"
            raise ValueError(message)
    return value


def _length(value: int) -> int:
    if value and value not in PASSWORD_LENGTHS:
        message = f"use {PASSWORD_LENGTHS[0]} to {PASSWORD_LENGTHS[-1]}, or 0 to let us choose"
        raise ValueError(message)
    return value


#: Claims that a new account may be asked for: those with a field on the page of one's details.
ASKABLE = (
    *("name", "given_name", "middle_name", "family_name", "nickname", "preferred_username"),
    *("birthdate", "gender", "locale", "zoneinfo"),
    *("phone_number", "website", "profile", "picture"),
    *("street_address", "postal_code", "locality", "region", "country"),
)
#: Ends the name of a claim that cannot be left out.
REQUIRED = "*"

Secrets = Annotated[SecretStr, AfterValidator(_split)]
Names = Annotated[tuple[str, ...], NoDecode]
PasswordLength = Annotated[int, AfterValidator(_length)]


def names(value: Any) -> Any:
    """Return a list of names, however it is separated."""
    return tuple(filter(None, value.replace(",", " ").split())) if isinstance(value, str) else value


def check_domains(policy: str, domains: tuple[str, ...]) -> None:
    """Refuse domains without effect, and the policy of domains without any.

    Raises:
        ValueError: says what to set.
    """
    if (policy == "domains") != bool(domains):
        message = "SEALWAX_SIGN_UP=domains and SEALWAX_SIGN_UP_DOMAINS belong together"
        raise ValueError(message)
    for domain in domains:
        labels = domain.removeprefix("*.").split(".")
        if len(labels) < 2 or not all(labels) or set(domain.removeprefix("*.")) & set("*@/:"):
            message = f"SEALWAX_SIGN_UP_DOMAINS: write {domain} as example.org or *.example.org"
            raise ValueError(message)


def check_asked(asked: tuple[str, ...]) -> None:
    """Refuse to ask for what is no claim of a person, and for anything twice.

    Raises:
        ValueError: says what to set.
    """
    names = [name.removesuffix(REQUIRED) for name in asked]
    if unknown := sorted(set(names) - set(ASKABLE)):
        message = f"SEALWAX_SIGN_UP_ASKS: {unknown[0]} is none of {', '.join(ASKABLE)}"
        raise ValueError(message)
    if len(set(names)) < len(names):
        message = "SEALWAX_SIGN_UP_ASKS names a claim twice"
        raise ValueError(message)


def check_issuer(issuer: str) -> None:
    """Refuse an issuer that browsers and applications could not rely on.

    Raises:
        ValueError: says what is wrong with it.
    """
    parts = urlsplit(issuer)
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        message = "SEALWAX_ISSUER must be an https address"
        raise ValueError(message)
    if parts.query or parts.fragment or parts.username or issuer.endswith("/"):
        message = "SEALWAX_ISSUER takes no trailing slash, query, fragment or user name"
        raise ValueError(message)
    if parts.path:
        message = "SEALWAX_ISSUER takes no path; give the provider a host of its own"
        raise ValueError(message)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK_HOSTS:
        message = "SEALWAX_ISSUER must be https unless it is on a loopback address"
        raise ValueError(message)
