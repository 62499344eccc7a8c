"""What may become of an identity that another provider has proved; facts in, verdict out.

The rules that keep one person's account from another's identity stand here alone, without
database and request, so that every combination can be walked through. An address decides nothing
by itself: whoever runs a directory can write any address into it (nOAuth, CVE-2026-15611).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

#: `xms_edov` comes in each of these.
EDOV_TRUE = (True, 1, "1", "true")


class Verdict(StrEnum):
    """What happens next."""

    #: The identity is this user's: its owner is let in.
    SIGN_IN = "sign_in"
    #: It is nobody's: the session that asked for it may have it, after one more press.
    ASK_TO_LINK = "ask_to_link"
    #: It is this user's already.
    LINKED_ALREADY = "linked_already"
    #: It is somebody else's, and stays theirs.
    TAKEN = "taken"
    #: Its owner is turned off.
    TURNED_OFF = "turned_off"
    #: A new account may be made; the address is proved by the provider's word.
    SIGN_UP = "sign_up"
    #: A new account may be made once a mailed code proves the address.
    SIGN_UP_BY_MAIL = "sign_up_by_mail"
    #: Whoever has an account signs in with what they have, and links the identity then.
    SIGN_IN_FIRST = "sign_in_first"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known when somebody comes back from another provider.

    `owner` is the user the identity is linked to, `asking` the user whose session wants to link
    it; `address_is_taken` tells whether an account has the address that was told.
    """

    owner: int | None = None
    owner_is_disabled: bool = False
    asking: int | None = None
    may_sign_up: bool = False
    email_is_proven: bool = False
    address_is_taken: bool = False


def decide(facts: Facts) -> Verdict:
    """Return what happens; the identity's owner and who asks decide first, the address last."""
    if facts.asking is not None:
        return _for_link(facts)
    if facts.owner is not None:
        return Verdict.TURNED_OFF if facts.owner_is_disabled else Verdict.SIGN_IN
    if not facts.may_sign_up:
        return Verdict.SIGN_IN_FIRST
    if not facts.email_is_proven:
        # The same with and without an account of that address: only its owner's mail tells.
        return Verdict.SIGN_UP_BY_MAIL
    return Verdict.SIGN_IN_FIRST if facts.address_is_taken else Verdict.SIGN_UP


def _for_link(facts: Facts) -> Verdict:
    if facts.owner is None:
        return Verdict.ASK_TO_LINK
    return Verdict.LINKED_ALREADY if facts.owner == facts.asking else Verdict.TAKEN


def email_is_proven(kind: str, claims: Mapping[str, Any], *, email: str, verified: Any) -> bool:
    """Tell whether a provider that is trusted with it has proved the address.

    `verified` is the claim that the mapping names; only the JSON value true counts.
    """
    return bool(email) and _PROOFS[kind](claims, email, verified)


def _by_google(claims: Mapping[str, Any], email: str, verified: Any) -> bool:
    """Believe Google about the mailboxes it runs, and no others: those may have changed hands."""
    hosted = isinstance(claims.get("hd"), str) and bool(claims["hd"])
    return verified is True and (hosted or email.lower().endswith("@gmail.com"))


def _by_microsoft(claims: Mapping[str, Any], _email: str, _verified: Any) -> bool:
    """Believe Microsoft only where it says that the tenant owns the domain (nOAuth)."""
    return claims.get("xms_edov") in EDOV_TRUE


def _by_anybody(_claims: Mapping[str, Any], _email: str, verified: Any) -> bool:
    return verified is True


_PROOFS: dict[str, Callable[[Mapping[str, Any], str, Any], bool]] = {
    "google": _by_google,
    "microsoft": _by_microsoft,
    "generic": _by_anybody,
}
