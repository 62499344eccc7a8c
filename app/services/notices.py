"""Mails that tell people what was done with their account: it may not have been them."""

from __future__ import annotations

from app.clock import now
from app.models import User
from app.services import mail
from app.settings import settings


def tell(user: User, subject: str, sentence: str) -> None:
    """Mail the owner of an account what was done (security.md MF06, LG08)."""
    mail.enqueue(
        "account_notice",
        to=user.email,
        subject=subject,
        sentence=sentence,
        changed_at=now(),
        account_url=f"{settings.issuer}/account/security",
    )
