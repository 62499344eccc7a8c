"""Send what is in the outbox: to the mail server, or into a folder where there is none.

Several processes may do this at once: each mail is claimed by one of them. A process that dies
between sending and noting it sends twice, under one Message-ID.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from flask import current_app

from app.database import commit
from app.services import mail
from app.settings import settings

log = logging.getLogger(__name__)
SECONDS_TO_ANSWER = 10
SUBMISSION, SUBMISSION_TLS = 587, 465


def deliver() -> None:
    """Send every mail that is due; one that cannot be sent is put off."""
    for mail_id in mail.due():
        claimed = mail.claim(mail_id)
        commit()
        if claimed is None:
            continue
        try:
            _send(claimed.message)
        except (OSError, smtplib.SMTPException) as fault:
            # The answer of a server may repeat the mail: only its kind and number are kept.
            code = getattr(fault, "smtp_code", "")
            log.warning("mail not sent", extra={"kind": type(fault).__name__, "code": code})
            mail.put_off(claimed, f"{type(fault).__name__} {code}".strip())
        else:
            mail.sent(claimed.id)
        commit()


def deliver_at_once() -> None:
    """Write mail into the folder right away: nobody who develops wants to wait for a job."""
    if has_folder():
        deliver()


def has_folder() -> bool:
    """Tell whether mail goes into a folder."""
    return not settings.mail_url.get_secret_value()


def folder() -> Path:
    """Return the mail folder; a relative one starts beside the instance folder."""
    return Path(current_app.instance_path).parent / settings.mail_folder


def _send(message: EmailMessage) -> None:
    if has_folder():
        _write(message)
    else:
        _submit(message)


def _write(message: EmailMessage) -> None:
    """Write one file; it appears under its name when it is whole."""
    place = folder()
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = "".join(sign for sign in message["Message-ID"].partition("@")[0] if sign.isalnum())
    unfinished = place / f".{name}"
    unfinished.write_bytes(message.as_bytes())
    unfinished.chmod(0o600)
    unfinished.replace(place / f"{name}.eml")


def _submit(message: EmailMessage) -> None:
    """Hand the mail to the server; the connection is encrypted and its name checked."""
    address = urlsplit(settings.mail_url.get_secret_value())
    context = ssl.create_default_context()
    with _connection(address, context) as server:
        if address.scheme != "smtps":
            server.starttls(context=context)
        if address.username:
            server.login(unquote(address.username), unquote(address.password or ""))
        server.send_message(message)


def _connection(address: SplitResult, context: ssl.SSLContext) -> smtplib.SMTP:
    host = address.hostname or ""
    if address.scheme == "smtps":
        return smtplib.SMTP_SSL(
            host, address.port or SUBMISSION_TLS, timeout=SECONDS_TO_ANSWER, context=context
        )
    return smtplib.SMTP(host, address.port or SUBMISSION, timeout=SECONDS_TO_ANSWER)
