"""Passkeys as bytes: what a browser is asked, and whether its answer proves anything.

Web Authentication Level 3 §7.1 and §7.2. The library checks type, challenge, origin, RP ID, flags,
algorithm and signature; frames, user handles and formats are checked here, and what only the
database knows (challenges, owners, counters) by people.passkeys.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import webauthn
from cryptography.exceptions import UnsupportedAlgorithm
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

ALGORITHMS = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
#: No attestation is asked for; some authenticators sign one with the new key itself.
FORMATS = frozenset({"none", "packed"})
SYNCED = CredentialDeviceType.MULTI_DEVICE
#: Characters of an answer; the longest ones hold a certificate nobody asked for.
LONGEST_ANSWER = 20_000
LONGEST_ID_BYTES = 1023
LONGEST_KEY_BYTES = 1200
#: How long the browser waits for its person, in milliseconds.
TIMEOUT = 5 * 60 * 1000
DEFAULT_PORTS = {"https": 443, "http": 80}
TRANSPORTS = frozenset(one.value for one in AuthenticatorTransport)
#: What the library and what it stands on raise for bytes that are not what they should be.
MALFORMED = (
    WebAuthnException,
    UnsupportedAlgorithm,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)


class AnswerRefused(Exception):
    """An answer does not prove what it should; the message says which check, for the trace."""


@dataclass(frozen=True, slots=True)
class Site:
    """The provider as browsers know it: the RP ID, the one origin, and the name people see."""

    id: str
    origin: str
    name: str


@dataclass(frozen=True, slots=True)
class Person:
    """The user as an authenticator keeps them; `handle` is random bytes in base64url."""

    handle: str
    name: str
    display_name: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a browser has sent, read and not yet believed."""

    sent: dict[str, Any] = field(repr=False)
    challenge: bytes = field(repr=False)
    credential_id: str
    user_handle: str | None


@dataclass(frozen=True, slots=True)
class Made:
    """A new passkey, as its authenticator describes it."""

    credential_id: str
    public_key: str
    sign_count: int
    aaguid: str
    transports: list[str]
    may_be_backed_up: bool
    is_backed_up: bool


@dataclass(frozen=True, slots=True)
class Used:
    """What the authenticator says of a passkey that it has just used."""

    sign_count: int
    may_be_backed_up: bool
    is_backed_up: bool


def site_of(issuer: str, name: str) -> Site | None:
    """Return the site of an issuer; None for an address of numbers, which has no passkeys.

    The origin is exactly the issuer's: no other port, no other host of the domain.
    """
    parts = urlsplit(issuer)
    host = parts.hostname or ""
    try:
        ip_address(host)
    except ValueError:
        own_port = parts.port not in {None, DEFAULT_PORTS.get(parts.scheme)}
        origin = f"{parts.scheme}://{host}{f':{parts.port}' if own_port else ''}"
        return Site(host, origin, name)
    return None


def creation_options(
    site: Site, person: Person, *, challenge: bytes, known: Iterable[tuple[str, Sequence[str]]]
) -> dict[str, Any]:
    """Return what `navigator.credentials.create` is asked, as JSON.

    `known` are credential IDs and transports of passkeys that the person has: no device makes
    a second one.
    """
    options = webauthn.generate_registration_options(
        rp_id=site.id,
        rp_name=site.name,
        user_id=base64url_to_bytes(person.handle),
        user_name=person.name,
        user_display_name=person.display_name,
        challenge=challenge,
        timeout=TIMEOUT,
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_described(known),
        supported_pub_key_algs=ALGORITHMS,
    )
    return options_to_json_dict(options)


def request_options(
    site: Site, *, challenge: bytes, allowed: Iterable[tuple[str, Sequence[str]]] = ()
) -> dict[str, Any]:
    """Return what `navigator.credentials.get` is asked; without `allowed`, for any passkey here."""
    options = webauthn.generate_authentication_options(
        rp_id=site.id,
        challenge=challenge,
        timeout=TIMEOUT,
        allow_credentials=_described(allowed),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def _described(known: Iterable[tuple[str, Sequence[str]]]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(credential_id),
            transports=[AuthenticatorTransport(one) for one in transports],
        )
        for credential_id, transports in known
    ]


def read(text: str) -> Answer:
    """Read what a browser has sent.

    Raises:
        AnswerRefused: it is no answer of a browser, or one from within another site's page.
    """
    if len(text) > LONGEST_ANSWER:
        message = "the answer is too long"
        raise AnswerRefused(message)
    try:
        sent = json.loads(text)
        response = sent["response"]
        client_data = json.loads(base64url_to_bytes(response["clientDataJSON"]))
        handle = response.get("userHandle")
        answer = Answer(
            sent,
            challenge=base64url_to_bytes(client_data["challenge"]),
            credential_id=_canonical(sent["rawId"]),
            user_handle=_canonical(handle) if handle else None,
        )
    except MALFORMED as fault:
        message = "the answer cannot be read"
        raise AnswerRefused(message) from fault
    # Clickjacking: a page that frames ours could ask for a touch that is meant for something else.
    if client_data.get("crossOrigin", False) is not False or "topOrigin" in client_data:
        message = "it comes from within another site's page"
        raise AnswerRefused(message)
    return answer


def _canonical(value: str) -> str:
    """Return base64url as it is compared: without padding and whatever else decoders skip."""
    return bytes_to_base64url(base64url_to_bytes(value))


def check_registration(site: Site, answer: Answer) -> Made:
    """Return the passkey that an answer brings; the caller has recognised its challenge (§7.1).

    Raises:
        AnswerRefused: a check went wrong.
    """
    try:
        found = webauthn.verify_registration_response(
            credential=answer.sent,
            expected_challenge=answer.challenge,
            expected_rp_id=site.id,
            expected_origin=site.origin,
            require_user_verification=True,
            supported_pub_key_algs=ALGORITHMS,
        )
        transports = answer.sent["response"].get("transports") or []
        known = [one for one in dict.fromkeys(transports) if one in TRANSPORTS]
    except MALFORMED as fault:
        raise AnswerRefused(str(fault)) from fault
    credential_id = bytes_to_base64url(found.credential_id)
    _check_form(credential_id == answer.credential_id, "the credential ID differs")
    _check_form(len(found.credential_id) <= LONGEST_ID_BYTES, "the credential ID is too long")
    _check_form(len(found.credential_public_key) <= LONGEST_KEY_BYTES, "the key is too long")
    _check_form(found.fmt in FORMATS, "the attestation was not asked for")
    return Made(
        credential_id,
        bytes_to_base64url(found.credential_public_key),
        found.sign_count,
        found.aaguid,
        known,
        may_be_backed_up=found.credential_device_type == SYNCED,
        is_backed_up=found.credential_backed_up,
    )


def _check_form(holds: bool, message: str) -> None:  # noqa: FBT001 (it is what is checked)
    if not holds:
        raise AnswerRefused(message)


def check_assertion(site: Site, answer: Answer, *, public_key: str) -> Used:
    """Check an answer against the key it names; the caller has recognised its challenge (§7.2).

    The counter is for the caller to compare: the database decides about two uses at once.

    Raises:
        AnswerRefused: a check went wrong.
    """
    try:
        found = webauthn.verify_authentication_response(
            credential=answer.sent,
            expected_challenge=answer.challenge,
            expected_rp_id=site.id,
            expected_origin=site.origin,
            credential_public_key=base64url_to_bytes(public_key),
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except MALFORMED as fault:
        raise AnswerRefused(str(fault)) from fault
    return Used(
        found.new_sign_count,
        may_be_backed_up=found.credential_device_type == SYNCED,
        is_backed_up=found.credential_backed_up,
    )
