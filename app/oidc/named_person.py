"""Whom an authorization request names: one account of several, or somebody who is not here."""

from __future__ import annotations

from collections.abc import Iterable

from app.oidc import authorization_request
from app.oidc.request import ProtocolRequest
from app.services.authorization.signed_in import SignedIn
from app.services.clients import subjects
from app.services.people import accounts


def is_somebody_else(request: ProtocolRequest, person: SignedIn | None) -> bool:
    """Tell whether the client names somebody, and not the person who is signed in.

    `id_token_hint` and a wanted `sub` bind; `login_hint` is no more than a guess of the client.
    """
    return any(_named(request)) and not _is_named(request, person)


def among(request: ProtocolRequest, people: Iterable[SignedIn]) -> SignedIn | None:
    """Return whom of these people the client names, None when it names nobody of them."""
    return next((person for person in people if _is_named(request, person)), None)


def _named(request: ProtocolRequest) -> tuple[str, str]:
    """Return the subject and the address that the client gives, empty where it gives none."""
    return authorization_request.hinted_subject(request) or "", request.payload.get("login_hint")


def _is_named(request: ProtocolRequest, person: SignedIn | None) -> bool:
    if person is None:
        return False
    subject, address = _named(request)
    if subject:
        return subjects.of(request.client, person) == subject
    return bool(address) and accounts.key_of(address) == accounts.key_of(person.email)
