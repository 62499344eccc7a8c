"""Send what is in the outbox: to the mail server, or into a folder where there is none.

Several processes may do this at once: each mail is claimed by one of them. A process that dies
between sending and noting it sends twice, under one Message-ID.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from flask import current_app

from app.database import commit, end_reads
from app.security.secrets import CannotDecrypt
from app.services.upkeep import mail
from app.settings import settings

Answer = tuple[int, bytes]
log = logging.getLogger(__name__)
SECONDS_TO_ANSWER = 10
#: What is wrong with one mail: a server's answer to it, or an encryption key that is lost.
ITS_OWN = (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, CannotDecrypt)
LONGEST_REPLY = 300
SUBMISSION, SUBMISSION_TLS = 587, 465


@dataclass(frozen=True, slots=True)
class Step:
    """How far a mail has got: `connected`, `tls`, `auth`, `accepted`, or `written` to a folder."""

    name: str
    ok: bool
    reply: str


def deliver() -> None:
    """Send every mail that is due; one that cannot be sent is put off.

    Where no server answers, the others stay for the next round: each would wait for as long, and
    notices of sign-outs and keys wait behind them (reliability.md F20).
    """
    for mail_id in mail.due():
        claimed = mail.claim(mail_id)
        commit()
        if claimed is None:
            continue
        try:
            _send(mail.message_of(claimed))
        except (OSError, smtplib.SMTPException, CannotDecrypt) as fault:
            # The answer of a server may repeat the mail: only its kind and number are kept.
            code = getattr(fault, "smtp_code", "")
            log.warning("mail not sent", extra={"kind": type(fault).__name__, "code": code})
            mail.put_off(claimed, f"{type(fault).__name__} {code}".strip())
            commit()
            if not isinstance(fault, ITS_OWN):
                return
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


def try_out(message: EmailMessage) -> list[Step]:
    """Send a mail now; return every step on the way with the server's reply, until one fails.

    The reply is shown to who asked and kept nowhere: it may repeat the mail.
    """
    end_reads()
    if has_folder():
        _write(message)
        return [Step("written", ok=True, reply=str(folder()))]
    address = urlsplit(settings.mail_url.get_secret_value())
    steps: list[Step] = []
    with closing(_acts(address, message)) as acts:
        for name, act in acts:
            steps.append(_taken(name, act))
            if not steps[-1].ok:
                break
    return steps


def _acts(
    address: SplitResult, message: EmailMessage
) -> Generator[tuple[str, Callable[[], Answer]], None, None]:
    """Yield what has to be done, in this order; the next one is asked for when one has worked."""
    context, opened = ssl.create_default_context(), []

    def connect() -> Answer:
        opened.append(_connection(address, context))
        return opened[0].ehlo()

    encrypted = address.scheme == "smtps"
    yield ("tls" if encrypted else "connected"), connect
    server = opened[0]
    try:
        if not encrypted:
            yield "tls", lambda: server.starttls(context=context)
        if address.username:
            name, password = unquote(address.username), unquote(address.password or "")
            yield "auth", lambda: server.login(name, password)
        yield "accepted", lambda: _hand_over(server, message)
    finally:
        server.close()


def _hand_over(server: smtplib.SMTP, message: EmailMessage) -> Answer:
    """Send a mail step by step: `send_message` does not tell what the server answered."""
    server.ehlo_or_helo_if_needed()
    sender = parseaddr(message["From"])[1]
    for answer in (server.mail(sender), server.rcpt(message["To"])):
        if answer[0] not in range(200, 300):
            return answer
    return server.data(message.as_bytes())


def _taken(name: str, act: Callable[[], Answer]) -> Step:
    """Take one step; what goes wrong is its reply."""
    try:
        code, said = act()
    except smtplib.SMTPResponseException as fault:
        code, said = fault.smtp_code, _bytes(fault.smtp_error)
    except (OSError, smtplib.SMTPException) as fault:
        return Step(name, ok=False, reply=_line(f"{type(fault).__name__}: {fault}"))
    reply = _line(f"{code} {said.decode(errors='replace')}")
    return Step(name, ok=code in range(200, 400), reply=reply)


def _bytes(said: bytes | str) -> bytes:
    return said if isinstance(said, bytes) else said.encode()


def _line(text: str) -> str:
    """Return what a stranger's machine has said: one line of signs that can be shown."""
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(plain.split())[:LONGEST_REPLY]


def _connection(address: SplitResult, context: ssl.SSLContext) -> smtplib.SMTP:
    host = address.hostname or ""
    if address.scheme == "smtps":
        return smtplib.SMTP_SSL(
            host, address.port or SUBMISSION_TLS, timeout=SECONDS_TO_ANSWER, context=context
        )
    return smtplib.SMTP(host, address.port or SUBMISSION, timeout=SECONDS_TO_ANSWER)
