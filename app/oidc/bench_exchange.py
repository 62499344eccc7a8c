"""What the test bench tells of one request and its answer: nothing of it can be used."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from app.models import SigningKey
from app.oidc.inspection import Finding, Inspection
from app.services.authorization.attempts import Trace
from app.settings import settings

#: Members that open something: a page of ours never shows them.
SECRET = frozenset(
    {
        "code",
        "code_verifier",
        "access_token",
        "refresh_token",
        "id_token",
        "token",
        "client_secret",
        "device_code",
        "user_code",
        "verification_uri_complete",
    }
)
HIDDEN = "…"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a token says: claims, and of a signed one its header and the key that proves it.

    `signed` counts the bytes of the signature, which is told nowhere: with the rest it is a token.
    """

    kind: str
    claims: dict[str, Any]
    header: dict[str, Any] = field(default_factory=dict)
    key: SigningKey | None = None
    signed: int = 0


@dataclass(slots=True)
class Exchange:
    """One request and its answer, without anything that could be used."""

    step: str
    method: str
    path: str
    sent: list[tuple[str, str]] = field(default_factory=list)
    status: int = 0
    received: list[tuple[str, str]] = field(default_factory=list)
    checks: list[dict[str, Any]] = field(default_factory=list)
    refusal: str = ""
    #: Findings are what a careful application checks.
    tokens: list[Seen] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    #: What may be wrong with a request that is answered all the same.
    lint: list[Finding] = field(default_factory=list)
    #: How what was compared was worked out, step by step.
    workings: list[tuple[str, str]] = field(default_factory=list)
    #: Pages that the person would have seen on the way, by their reasons.
    pages: list[str] = field(default_factory=list)
    milliseconds: int = 0

    @property
    def worked(self) -> bool:
        """Tell whether it went as it should."""
        return not self.refusal and all(finding.ok for finding in self.findings)

    def note(self, trace: Trace) -> None:
        """Take over what was checked, and what refused it."""
        self.checks, self.refusal = trace.checks, trace.reason


class Clock:
    """Note in an exchange how long a block took."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange, self.start = exchange, perf_counter()

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, *_: object) -> None:
        """Write the time down."""
        self.exchange.milliseconds = round((perf_counter() - self.start) * 1000)


def veiled(members: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return members as they are shown: what opens something is hidden, only its kind stays."""
    return [
        (name, HIDDEN if name in SECRET else value if isinstance(value, str) else json.dumps(value))
        for name, value in members.items()
    ]


def seen_in(kind: str, token: str, inspected: Inspection) -> Seen:
    """Return what is told of a token that was inspected."""
    signature = token.rpartition(".")[2] if inspected.header else ""
    return Seen(kind, inspected.claims, inspected.header, inspected.key, len(signature) * 3 // 4)


def address(path: str) -> str:
    """Return the whole address of one of our endpoints; one of an application is whole."""
    return path if ":" in path else f"{settings.issuer}{path}"
