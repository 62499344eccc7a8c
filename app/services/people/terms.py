"""Terms with versions: who has agreed to which, and when (product.md).

The settings name the version in force. Without one nothing is recorded and nobody is asked; with
another one everybody is asked anew at their next sign-in, and no application gets a code before
they agree.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, select, update

from app.clock import now
from app.database import db, rows_changed
from app.models import TermsAgreement, User
from app.services.authorization.signed_in import SignedIn
from app.services.upkeep import audit
from app.services.upkeep.audit import Event
from app.settings import settings

USERS, AGREEMENTS = User.__table__, TermsAgreement.__table__


def are_owed_by(person: SignedIn) -> bool:
    """Tell whether somebody has yet to agree to the terms in force; it takes no statement."""
    return settings.terms_version not in {"", person.terms_version}


def agree(user_id: int, version: str, *, address: str = "") -> None:
    """Record that a user agrees to a version; pressing the button twice is one agreement."""
    changed = rows_changed(
        update(USERS)
        .where(USERS.c.id == user_id, USERS.c.terms_version != version)
        .values(terms_version=version)
    )
    if not changed:
        return
    values = {"user_id": user_id, "version": version, "agreed_at": now()}
    db.session.execute(insert(AGREEMENTS).values(**values))
    audit.record(
        Event.TERMS_AGREED, actor_id=user_id, user_id=user_id, address=address, version=version
    )


def of_user(user_id: int) -> Sequence[TermsAgreement]:
    """Return what a user has agreed to, the latest first."""
    wanted = select(TermsAgreement).where(AGREEMENTS.c.user_id == user_id)
    return db.session.scalars(wanted.order_by(AGREEMENTS.c.id.desc())).all()
