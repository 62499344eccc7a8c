"""The mails that went into the folder of a test, and the codes and links in them."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from app.settings import Settings
from tests.secrets_seen import remember

CODE = re.compile(r"\b[A-Z]{4}-[A-Z]{4}\b")
LINK = re.compile(r"https://id\.example/\S*?token=(\S+)")


class Letters:
    """A mail folder, read as people read: the newest mail to an address."""

    def __init__(self, settings: Settings) -> None:
        self._folder = Path(settings.mail_folder)

    def all(self, to: str = "") -> list[EmailMessage]:
        """Return the mails, or those to one address, the newest last."""
        files = sorted(self._folder.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
        read = [message_from_bytes(file.read_bytes(), policy=default) for file in files]
        return [mail for mail in read if not to or mail["To"] == to]

    def text(self, to: str) -> str:
        """Return what the newest mail to an address says."""
        body = self.all(to)[-1].get_body(("plain",))
        assert body is not None
        text: str = body.get_content()
        return text

    def code(self, to: str) -> str:
        """Return the code in the newest mail to an address."""
        found = CODE.search(self.text(to))
        assert found is not None, self.text(to)
        return remember(found[0])

    def link(self, to: str) -> str:
        """Return the link in the newest mail to an address that has one."""
        for mail in reversed(self.all(to)):
            body = mail.get_body(("plain",))
            if body is not None and (found := LINK.search(body.get_content())):
                remember(found[1])
                return found[0]
        message = f"no link in the mails to {to}"
        raise AssertionError(message)
