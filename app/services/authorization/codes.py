"""Authorization codes: issue, find, redeem once (RFC 6749 §4.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import bindparam, insert, update

from app.clock import now
from app.database import db
from app.models import Client, User
from app.security import secrets
from app.services.authorization import families
from app.services.authorization.families import FAMILIES, USERS
from app.services.authorization.signed_in import NOBODYS, SignedIn
from app.settings import settings
from app.writes import Write


@dataclass(frozen=True, slots=True)
class CodeBinding:
    """What a code is bound to, beside its client and user (RFC 6749 §4.1.2, RFC 7636 §4.4)."""

    scope: str
    redirect_uri: str
    nonce: str | None
    code_challenge: str | None
    reference: str
    #: Names of single claims to release, by place (OIDC Core §5.5).
    claims_request: dict[str, list[str]] | None = None
    #: Until when it can be redeemed; None: as long as an authorization code can.
    until: datetime | None = None


_ISSUE = Write(insert(FAMILIES))
_FIND = families.find_by(
    FAMILIES.c.redirect_uri,
    FAMILIES.c.code_challenge,
    FAMILIES.c.code_expires_at,
    FAMILIES.c.code_redeemed_at,
).where(FAMILIES.c.code_digest == bindparam("code_digest"))
_REDEEM = Write(
    update(FAMILIES).where(
        FAMILIES.c.id == bindparam("family_id"),
        FAMILIES.c.code_redeemed_at.is_(None),
        FAMILIES.c.revoked_at.is_(None),
    )
)


def issue(
    client: Client, person: SignedIn, binding: CodeBinding, *, has_code: bool = True
) -> tuple[str, str]:
    """Start a family for the person and the client; return its identifier and its code.

    The code is kept nowhere; it is empty for a family whose tokens travel through the browser.
    """
    code = secrets.new_token("ac") if has_code else ""
    family_id = secrets.new_id()
    moment = now()
    _ISSUE.run(
        {
            "id": family_id,
            "user_id": person.user_id,
            "client_pk": client.id,
            "session_id": person.session_id,
            "reference": binding.reference,
            "scope": binding.scope,
            "epoch": person.epoch,
            "auth_time": person.auth_time,
            "acr": person.acr,
            "amr": list(person.amr),
            "created_at": moment,
            "ends_at": None if client.setting("trusted") else person.allowed_until,
            "code_digest": secrets.digest(code) if has_code else None,
            "code_expires_at": binding.until or moment + settings.code_lifetime,
            "redirect_uri": binding.redirect_uri,
            "nonce": binding.nonce,
            "code_challenge": binding.code_challenge,
            "claims_request": binding.claims_request,
        }
    )
    return family_id, code


def find(code: str) -> Any:
    """Return the granted row of a code with what the code is bound to; None when unknown."""
    return db.session.execute(_FIND, {"code_digest": secrets.digest(code)}).one_or_none()


def redeem(family_id: str) -> bool:
    """Spend the code of a family; of any number of tries at once, one is told True.

    RFC 6749 §4.1.2: a code is used once. The conditional UPDATE decides before anything is built.
    """
    values = {"family_id": family_id, "code_redeemed_at": now()}
    return bool(_REDEEM.run(values))


def imagined(user: User, client: Client, person: SignedIn, binding: CodeBinding) -> Any:
    """Return the granted row that a code would lead to; there is no code, and nothing is kept."""
    columns = {column.name: getattr(user, column.name) for column in USERS.c if column.name != "id"}
    return SimpleNamespace(
        **columns,
        family_id=NOBODYS,
        client_pk=client.id,
        session_id=None,
        reference=binding.reference,
        granted_scope=binding.scope,
        granted_epoch=user.epoch,
        user_epoch=user.epoch,
        auth_time=person.auth_time,
        acr=person.acr,
        amr=list(person.amr),
        nonce=binding.nonce,
        claims_request=binding.claims_request,
        granted_at=now(),
        revoked_at=None,
        grant_ends_at=None,
        user_id=user.id,
        sid=person.sid,
        ended_at=None,
    )
