"""The mail that a provider without a mail server has written to its folder."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from app.settings import Settings
from tests.secrets_seen import remember

CODE = re.compile(r"\b[A-Z]{4}-[A-Z]{4}\b")


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
