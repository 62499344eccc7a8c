"""What an administrator wants another provider to be, and what cannot work of that."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _

from app.errors import InvalidInput
from app.security import uris
from app.settings import settings

SCOPES = "openid email profile"
CLAIMS = {"email": "email", "email_verified": "email_verified", "name": "name"}
LONGEST_NAME, LONGEST_ID, LONGEST_ISSUER = 60, 300, 500
SCOPE_TOKENS = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*")
LONGEST_CLAIM = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an administrator wants a provider to be; an empty `secret` leaves the stored one."""

    name: str
    issuer: str
    client_id: str
    secret: str = field(default="", repr=False)
    scopes: str = SCOPES
    claims: Mapping[str, str] = field(default_factory=lambda: dict(CLAIMS))
    may_sign_up: bool = False
    trusts_email: bool = False
    position: int = 0
    domains: tuple[str, ...] = ()


def check(wanted: Wanted) -> None:
    """Refuse what cannot work.

    Raises:
        InvalidInput: says what to change.
    """
    _check_length("name", wanted.name, LONGEST_NAME)
    _check_length("client_id", wanted.client_id, LONGEST_ID)
    for name, claim in wanted.claims.items():
        _check_length(f"claim_{name}", claim, LONGEST_CLAIM)
    if fault := _issuer_fault(wanted.issuer):
        raise InvalidInput("issuer", fault)
    named = wanted.scopes.split(" ")
    if not SCOPE_TOKENS.fullmatch(wanted.scopes) or "openid" not in named:
        raise InvalidInput("scopes", _("Write scopes with a space between; openid is one of them."))


def _check_length(name: str, value: str, longest: int) -> None:
    if not value or not value.isprintable():
        raise InvalidInput(name, _("Write one line of text."))
    if len(value) > longest:
        raise InvalidInput(name, _("Use %(num)d characters or fewer.", num=longest))


def _issuer_fault(issuer: str) -> str | None:
    """Return why an issuer cannot be used: https, no query, no fragment (OIDC Discovery §3)."""
    if len(issuer) > LONGEST_ISSUER or "?" in issuer or "#" in issuer:
        return str(_("Write the issuer as the provider gives it, without ? and #."))
    if uris.web_fault(issuer) is None:
        return None
    is_here = settings.is_local and uris.is_loopback(issuer) and issuer.startswith("http://")
    return None if is_here else str(_("Write the whole address, beginning with https://."))
