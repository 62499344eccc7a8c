"""The mail of a provider: what waits in its outbox, and what it has written to its folder."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from sqlalchemy import select

from app.database import db
from app.models import Mail
from app.services.upkeep import mail
from app.services.upkeep.mail import Letter
from app.settings import Settings
from tests.secrets_seen import remember

CODE = re.compile(r"\b[A-Z]{4}-[A-Z]{4}\b")


def outbox(recipient: str = "") -> list[Letter]:
    """Return what the mails say that were not sent yet, the oldest first; of one mailbox or all."""
    wanted = select(Mail).where(Mail.sent_at.is_(None)).order_by(Mail.id)
    if recipient:
        wanted = wanted.where(Mail.recipient == recipient)
    return [mail.read(row) for row in db.session.scalars(wanted)]


def letters(settings: Settings) -> list[EmailMessage]:
    """Return the mails, the newest last."""
    files = sorted(Path(settings.mail_folder).glob("*.eml"), key=lambda one: one.stat().st_mtime_ns)
    return [message_from_bytes(file.read_bytes(), policy=default) for file in files]


def subjects(settings: Settings) -> list[str]:
    """Return what they are about."""
    return [str(letter["Subject"]) for letter in letters(settings)]


def code_in(settings: Settings) -> str:
    """Return the code in the newest of them."""
    found = CODE.search(subjects(settings)[-1])
    assert found, "the newest mail holds no code"
    return remember(found[0])
