"""How surely a session knows its person: `amr` names the methods used, `acr` the level reached.

`acr` values are ours to define (OIDC Core §2); those of `amr` are RFC 8176's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from app.clock import now
from app.settings import settings

#: One method, mostly a password.
PASSWORD = "urn:sealwax:acr:password"
#: Two methods of different kinds.
MFA = "urn:sealwax:acr:mfa"
#: Two of different kinds, one of which gives nothing away to a site that poses as this one.
PHR = "urn:sealwax:acr:phr"
#: The weakest first: who has reached one has reached those before it.
ACR_VALUES = (PASSWORD, MFA, PHR)
#: Proof of a key: in hardware, or in software that may copy it (RFC 8176 §2).
KEYS = frozenset({"hwk", "swk"})
#: How long a sign-in is good for what is sensitive (security.md SE10).
RECENT = timedelta(minutes=15)


def of(amr: Iterable[str]) -> str:
    """Return the level that these methods reach."""
    methods = frozenset(amr)
    if "mfa" not in methods:
        return PASSWORD
    return PHR if methods & KEYS else MFA


def with_code(amr: Iterable[str]) -> tuple[str, ...]:
    """Return the methods when a one-time code has come to those of the first step.

    One on paper is a one-time password like those of the app; RFC 8176 tells them not apart.
    """
    return tuple(dict.fromkeys((*amr, "otp", "mfa")))


def with_passkey(amr: Iterable[str], *, is_synced: bool) -> tuple[str, ...]:
    """Return the methods when a passkey has come to those before; it is two factors by itself.

    The authenticator has verified its user, so that having it is not enough.
    """
    return tuple(dict.fromkeys((*amr, "swk" if is_synced else "hwk", "user", "mfa")))


def reaches(acr: str, wanted: str) -> bool:
    """Tell whether a session of level `acr` is as good as `wanted`; an unknown level never is."""
    if acr not in ACR_VALUES or wanted not in ACR_VALUES:
        return False
    return ACR_VALUES.index(acr) >= ACR_VALUES.index(wanted)


def at_least(acr: str) -> tuple[str, ...]:
    """Return a level and those above it."""
    return ACR_VALUES[ACR_VALUES.index(acr) :]


def is_any_reached(acr: str, wanted: Iterable[str]) -> bool:
    """Tell whether a session is as good as any of these levels."""
    return any(reaches(acr, value) for value in wanted)


def named(acr: str, wanted: Sequence[str]) -> str:
    """Return the level as the application knows it: its own, or one it asked for below that."""
    if acr in wanted:
        return acr
    return next((value for value in wanted if reaches(acr, value)), acr)


def is_mfa_policy(*, has_role: bool) -> bool:
    """Tell whether the policy of the deployment demands two factors of such a user."""
    policy = settings.second_step_policy
    return policy == "everyone" or (policy == "admins" and has_role)


def is_recent(auth_time: datetime) -> bool:
    """Tell whether a sign-in is young enough for what is sensitive."""
    return auth_time + RECENT > now()
