"""Mails that tell people what was done with their account: it may not have been them."""

from __future__ import annotations

from flask_babel import LazyString

from app.clock import now
from app.models import User
from app.services import mail
from app.settings import settings


def tell(user: User, subject: LazyString, sentence: LazyString, *, asked: bool = True) -> None:
    """Mail the owner of an account what was done (security.md MF06, LG08).

    The words are lazy: the mail is written in its reader's language. `asked` is False when
    somebody else has done it.
    """
    mail.enqueue(
        "account_notice",
        to=user.email,
        reader=user,
        asked=asked,
        subject=subject,
        sentence=sentence,
        changed_at=now(),
        account_url=f"{settings.issuer}/account/security",
    )
