"""Traces of attempts: each check that passed or refused, under one short reference.

A trace is collected in memory while a request runs and written once, at its end. Values that
would let somebody in are masked before they come near the row.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select

from app.clock import now
from app.database import db
from app.logs import mask
from app.models import Attempt
from app.security.secrets import new_reference
from app.writes import Write

LONGEST_SHOWN = 200
SHOWN_OF_SECRET = 4
#: How hashes of passwords and secrets begin, in the files and databases they are copied from.
HASHES = ("$2a$", "$2b$", "$2y$", "$argon2", "$scrypt$", "$5$", "$6$", "$pbkdf2", "pbkdf2", "{SSHA")
HEX_HASH = re.compile(r"(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})\Z", re.IGNORECASE)
PREFIX = re.compile(r"swx_[a-z]+_")
#: ID tokens and assertions, of ours and of others, wherever they were pasted.
ANY_JWT = re.compile(r"eyJ[\w-]+\.[\w.…-]*")
IS_JWT = re.compile(r"eyJ[\w-]+\.[\w-]+\.")
ATTEMPTS = Attempt.__table__
_WRITE = Write(insert(ATTEMPTS))


@dataclass(slots=True)
class Trace:
    """What one visit to one endpoint or page found, check by check."""

    endpoint: str
    reference: str = field(default_factory=new_reference)
    client_id: str = ""
    user_id: int | None = None
    checks: list[dict[str, Any]] = field(default_factory=list)
    reason: str = ""

    def passed(self, check: str, sent: object = "", **notes: Any) -> None:
        """Note a check that found nothing wrong; `notes` as in `refused`."""
        self.checks.append(
            {"check": check, "ok": True, "sent": shown(sent), "expected": "", **notes}
        )

    def refused(
        self, check: str, reason: str, *, sent: object = "", expected: object = "", **notes: Any
    ) -> None:
        """Note the check that refused, with its reason code, what came and what was expected.

        `notes` are plain values that explain it further, already fit to be kept.
        """
        self.reason = reason
        self.checks.append(
            {
                "check": check,
                "ok": False,
                "reason": reason,
                "sent": shown(sent),
                "expected": shown(expected),
                **notes,
            }
        )

    def write(self, outcome: str) -> None:
        """Write the trace; `outcome` is `ok`, `waiting` or `refused`."""
        _WRITE.run(
            {
                "reference": self.reference,
                "at": now(),
                "endpoint": self.endpoint,
                "outcome": outcome,
                "reason": self.reason,
                "client_id": self.client_id[:64],
                "user_id": self.user_id,
                "checks": self.checks,
            }
        )


def shown(value: object) -> str:
    """Return a received value as a trace keeps it: one line, bounded, no NUL, nothing that opens.

    Any field may hold a secret by mistake: people swap the two halves of their credentials.
    """
    text = str(value)
    text = mask(f"{text[:LONGEST_SHOWN]}…" if len(text) > LONGEST_SHOWN else text)
    text = ANY_JWT.sub("eyJ…", text)
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


def masked(secret: str | None) -> str:
    """Return enough of a code or token to tell two apart, never enough to use it.

    What is neither may be anything, also somebody's password: of that, facts alone.
    """
    if not secret or not (PREFIX.match(secret) or IS_JWT.match(secret)):
        return described(secret)
    return f"…{shown(secret[-SHOWN_OF_SECRET:])}" if len(secret) > SHOWN_OF_SECRET * 4 else "…"


def described(secret: str | None) -> str:
    """Return facts about a secret that help to mend a mistake, and nothing of the secret itself."""
    if not secret:
        return "nothing"
    facts = [f"{len(secret)} characters"]
    if prefix := PREFIX.match(secret):
        facts.append(f"begins {prefix[0]}…")
    if looks_hashed(secret):
        facts.append("looks like a hashed secret")
    if secret != bare(secret):
        facts.append("spaces, line ends or quotation marks around it")
    return ", ".join(facts)


def looks_hashed(secret: str) -> bool:
    """Tell whether this is what a database keeps of a secret, and not the secret itself."""
    return secret.startswith(HASHES) or HEX_HASH.match(secret) is not None


def bare(secret: str) -> str:
    """Return a secret without what settings and files leave around it."""
    return secret.strip().strip("\"'").strip()


def search(reference: str, *, among: Collection[str] | None = None) -> Sequence[Attempt]:
    """Return every visit under a reference, oldest first.

    `among` are the only clients to be told of: where another one took part, such as by sending a
    code that was not its own, its steps are left out, and those of which nobody can tell whose
    they are. Neither owner learns of the other (CVE-2026-105209).
    """
    wanted = reference.strip().upper()
    ordered = select(Attempt).where(Attempt.reference == wanted).order_by(Attempt.at, Attempt.id)
    found = db.session.scalars(ordered).all()
    if among is None:
        return found
    own = [visit for visit in found if visit.client_id in among]
    is_shared = any(visit.client_id and visit.client_id not in among for visit in found)
    return own if is_shared or not own else found


@dataclass(frozen=True, slots=True)
class Unregistered:
    """A redirect address that an attempt brought and that was not registered."""

    reference: str
    at: datetime
    address: str
    #: The check that refused it, with the causes and the marks.
    check: dict[str, Any]


def unregistered_address(reference: str, client_id: str) -> Unregistered | None:
    """Return the address that an attempt with this client brought, None when it cannot be added."""
    for visit in reversed(search(reference)):
        if visit.client_id != client_id or visit.reason != "redirect_uri_mismatch":
            continue
        check = visit.checks[-1]
        if "address" in check:
            return Unregistered(visit.reference, visit.at, check["address"], check)
    return None


def first_sign_in(client_id: str) -> datetime | None:
    """Return when somebody first signed in to a client with success, of the traces still kept.

    A code that was given is not enough: that the client could redeem it shows that all is right.
    """
    done = (
        Attempt.client_id == client_id,
        Attempt.endpoint == "token",
        Attempt.outcome == "ok",
    )
    return db.session.scalar(select(Attempt.at).where(*done).order_by(Attempt.id).limit(1))


MOST_COUNTED = 2000


@dataclass(frozen=True, slots=True)
class Refusals:
    """How many visits were refused lately, and the newest of those with the commonest reason."""

    count: int
    newest: Attempt


def refused_lately(client_id: str, within: timedelta) -> Refusals | None:
    """Return what was refused to a client within this time, None when nothing was.

    Of very many, the newest are counted: the answer stays quick while somebody knocks all day.
    """
    refused = (
        select(Attempt.id, Attempt.reason)
        .where(
            Attempt.client_id == client_id,
            Attempt.outcome == "refused",
            Attempt.at > now() - within,
        )
        .order_by(Attempt.id.desc())
        .limit(MOST_COUNTED)
        .subquery()
    )
    by_reason = select(refused.c.reason, func.count(), func.max(refused.c.id))
    rows = db.session.execute(by_reason.group_by(refused.c.reason)).all()
    if not rows:
        return None
    _reason, _count, newest = max(rows, key=lambda row: (row[1], row[2]))
    attempt = db.session.get(Attempt, newest)
    return Refusals(sum(row[1] for row in rows), attempt) if attempt else None
