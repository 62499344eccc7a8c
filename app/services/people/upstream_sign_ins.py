"""Somebody is with another provider and expected back: one browser, once, within ten minutes.

The database holds the digest of `state`; nonce, verifier and the way back are encrypted for the
row. Whoever brings the state in another browser finds nothing, and uses nothing up.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete

from app.clock import now
from app.database import db
from app.errors import Refused
from app.models import UpstreamSignIn
from app.security import secrets
from app.security.secrets import CannotDecrypt
from app.settings import settings

SIGN_INS = UpstreamSignIn.__table__
LIFETIME = timedelta(minutes=10)


class StateUnknown(Refused):
    """No sign-in of this browser waits under this state (any more)."""

    public = "This sign-in has timed out. Start again."


@dataclass(frozen=True, slots=True)
class Carried:
    """What must come back unchanged; `handle` and `target` say where the person goes on."""

    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    handle: str = field(default="", repr=False)
    target: str = ""
    #: Whether the person was asked to prove anew who they are.
    again: bool = False
    #: Whether they asked to stay signed in, None when nobody has asked them.
    keeps: bool | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """A sign-in whose answer has just come back."""

    provider_id: int
    session_id: int | None
    created_at: datetime
    carried: Carried


def new_carried(
    *, handle: str = "", target: str = "", again: bool = False, keeps: bool | None = None
) -> Carried:
    """Return fresh random values of 256 bits each, with the way back."""
    return Carried(secrets.new_token("un"), secrets.new_token("uv"), handle, target, again, keeps)


def begin(
    provider_id: int, carried: Carried, *, browser: str, session_id: int | None = None
) -> str:
    """Remember who is sent away; return the state, which is kept nowhere else.

    `session_id` is the session that wants to link an identity.
    """
    state = secrets.new_token("us")
    digest = secrets.digest(state)
    key = settings.encryption_keys[0]
    db.session.add(
        UpstreamSignIn(
            digest=digest,
            browser=secrets.digest(browser),
            provider_id=provider_id,
            session_id=session_id,
            sealed=secrets.encrypt(key, json.dumps(asdict(carried)), context=_context(digest)),
            created_at=now(),
            expires_at=now() + LIFETIME,
        )
    )
    db.session.flush()
    return state


def take(state: str, *, browser: str) -> Started:
    """Use a state up; of any number of requests at once, one comes out of here.

    Raises:
        StateUnknown: it is none of this browser's, was used, or has timed out.
    """
    digest = secrets.digest(state)
    taken = (
        delete(SIGN_INS)
        .where(SIGN_INS.c.digest == digest, SIGN_INS.c.browser == secrets.digest(browser))
        .returning(*SIGN_INS.c)
    )
    row = db.session.execute(taken).one_or_none()
    if row is None or row.expires_at <= now():
        raise StateUnknown
    try:
        text = secrets.decrypt(settings.encryption_keys, row.sealed, context=_context(digest))
    except CannotDecrypt:  # the key outside the database was replaced meanwhile
        raise StateUnknown from None
    return Started(row.provider_id, row.session_id, row.created_at, Carried(**json.loads(text)))


def _context(digest: str) -> str:
    return f"upstream sign-in {digest}"
