"""Mail: an outbox in the database, so that what is promised and what is sent cannot differ.

A mail is rendered and kept in the transaction of what causes it. Jobs claim it, send it, and
empty it. It may hold a link that works: what it says is encrypted until then, so that whoever reads
a copy of the database cannot use it first (ASVS 6.5.2).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from flask import current_app
from flask_babel import LazyString, force_locale
from jinja2 import Template
from sqlalchemy import Row, and_, case, func, insert, select, update

from app.clock import now
from app.database import db
from app.models import Mail, User
from app.security import secrets
from app.services.upkeep import languages
from app.settings import settings

MAILS = Mail.__table__
#: A process that claimed a mail and died gives it back after this.
LEASE = timedelta(minutes=5)
FIRST_RETRY = timedelta(seconds=30)
LONGEST_RETRY = timedelta(hours=1)
MOST_TRIES = 12
PAGE_SIZE = 25
#: What may have become of a mail, by name.
STATES = {
    "waiting": and_(MAILS.c.sent_at.is_(None), MAILS.c.tries < MOST_TRIES),
    "sent": MAILS.c.sent_at.is_not(None),
    "given_up": and_(MAILS.c.sent_at.is_(None), MAILS.c.tries >= MOST_TRIES),
}
LONGEST_SUBJECT = 300
LONGEST_FAULT = 300
NOTHING = {"sealed": ""}


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says."""

    subject: str
    text: str
    html: str


def enqueue(
    template: str,
    *,
    to: str,
    reader: User | None = None,
    asked: bool = True,
    wait: timedelta = timedelta(0),
    **context: Any,
) -> None:
    """Render a mail in the language and zone of its reader, and put it into the outbox.

    `reader` is whose mailbox it is, if that is known; `asked` is False when somebody else has
    caused the mail. Words in the context that were not translated yet (lazy) follow. A mail that
    is one of many waits, so that those somebody is waiting for overtake it.
    """
    context["zone"] = languages.zone(reader.zoneinfo if reader is not None else None)
    envelope = _envelope(template, to)
    with force_locale(languages.read_by(reader, asked=asked)):
        letter = _letter(template, context)
    sealed = _seal(letter, envelope["message_id"])
    due_at = envelope["due_at"] + wait
    db.session.execute(insert(MAILS), {**envelope, "due_at": due_at, "sealed": sealed})


def draft(template: str, *, to: str, **context: Any) -> EmailMessage:
    """Render a mail in the language of this request, to be sent at once and kept nowhere."""
    return _message(Mail(**_envelope(template, to)), _letter(template, context))


def _envelope(template: str, to: str) -> dict[str, Any]:
    """Return the columns of the outbox that say nothing of what is in the mail."""
    if not to.isprintable() or " " in to:  # a line break would start another header (RV03)
        message = "an address that cannot stand in a header"
        raise ValueError(message)
    moment = now()
    return {
        "message_id": f"<{secrets.new_id()}@{_domain()}>",
        "recipient": to,
        "template": template,
        "created_at": moment,
        "due_at": moment,
    }


def _letter(template: str, context: dict[str, Any]) -> Letter:
    """Return what the templates say, in the language of now."""
    values = {"zone": UTC, "not_me_url": f"{settings.issuer}/account/not-me", **context}
    for name, value in context.items():
        # Lazy words call themselves safe HTML: a name in them could write markup into a mail.
        if isinstance(value, LazyString):
            values[name] = str(value)
    current_app.update_template_context(values)
    plain = current_app.jinja_env.get_template(f"email/{template}.txt")
    subject, text = (_block(plain, name, values) for name in ("subject", "body"))
    return Letter(
        subject=" ".join(subject.split())[:LONGEST_SUBJECT],  # one line, whatever it holds
        text=f"{text.strip()}\n",
        html=current_app.jinja_env.get_template(f"email/{template}.html").render(values),
    )


def _block(template: Template, name: str, values: dict[str, Any]) -> str:
    """Return one block of a template, rendered alone."""
    return "".join(template.blocks[name](template.new_context(values)))


def _domain() -> str:
    """Return the right-hand side of message identifiers."""
    return settings.issuer.partition("//")[2].partition(":")[0]


def _seal(letter: Letter, message_id: str) -> str:
    """Return what the outbox keeps of a letter; it opens for this mail alone."""
    text = json.dumps(asdict(letter))
    return secrets.encrypt(settings.encryption_keys[0], text, context=_context(message_id))


def read(row: Any) -> Letter:
    """Return what a mail says that was not sent yet.

    Raises:
        CannotDecrypt: it was written under an encryption key that is lost.
    """
    text = secrets.decrypt(settings.encryption_keys, row.sealed, context=_context(row.message_id))
    return Letter(**json.loads(text))


def _context(message_id: str) -> str:
    return f"mail {message_id}"


def search(*, state: str = "", page: int = 1) -> tuple[Sequence[Mail], int]:
    """Return one page of the outbox, the newest first, and how many there are in this state."""
    wanted = select(Mail)
    if state in STATES:
        wanted = wanted.where(STATES[state])
    total = db.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    newest_first = wanted.order_by(Mail.id.desc())
    rows = db.session.scalars(newest_first.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()
    return rows, total


def troubles() -> tuple[int, int]:
    """Return how many mails were given up, and how many wait after a try that did not work."""
    again = and_(STATES["waiting"], MAILS.c.last_fault != "")
    counts = select(func.count(case((STATES["given_up"], 1))), func.count(case((again, 1)))).where(
        MAILS.c.sent_at.is_(None)
    )
    given_up, waiting = db.session.execute(counts).one()
    return given_up, waiting


def state_of(row: Mail) -> str:
    """Return what has become of a mail: one of STATES."""
    if row.sent_at is not None:
        return "sent"
    return "given_up" if row.tries >= MOST_TRIES else "waiting"


def due(most: int = 20) -> list[int]:
    """Return which mails wait to be sent, the oldest first."""
    wanted = (
        select(MAILS.c.id)
        .where(MAILS.c.sent_at.is_(None), MAILS.c.due_at <= now(), MAILS.c.tries < MOST_TRIES)
        .order_by(MAILS.c.due_at)
        .limit(most)
    )
    return list(db.session.scalars(wanted))


def claim(mail_id: int) -> Row[Any] | None:
    """Take a mail to send it, None when another process was first; the caller commits."""
    moment = now()
    return db.session.execute(
        update(MAILS)
        .where(MAILS.c.id == mail_id, MAILS.c.sent_at.is_(None), MAILS.c.due_at <= moment)
        .values(due_at=moment + LEASE, tries=MAILS.c.tries + 1)
        .returning(*MAILS.c)
    ).one_or_none()


def message_of(row: Any) -> EmailMessage:
    """Return a mail of the outbox as it travels.

    Raises:
        CannotDecrypt: it was written under an encryption key that is lost.
    """
    return _message(row, read(row))


def _message(row: Any, letter: Letter) -> EmailMessage:
    """Return a mail as it travels; the policy refuses line breaks in headers once more."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = letter.subject
    message["From"] = settings.mail_from
    message["To"] = row.recipient
    message["Date"] = row.created_at
    message["Message-ID"] = row.message_id
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    return message


def sent(mail_id: int) -> None:
    """Note that a mail is out, and forget what it said."""
    db.session.execute(
        update(MAILS).where(MAILS.c.id == mail_id).values(sent_at=now(), last_fault="", **NOTHING)
    )


def put_off(claimed: Row[Any], fault: str) -> None:
    """Try again later: after half a minute, then ever later, up to an hour.

    After the last try it is given up, and what it said is forgotten: it may hold a link that works.
    """
    wait = min(FIRST_RETRY * 2 ** (claimed.tries - 1), LONGEST_RETRY)
    values: dict[str, Any] = {"due_at": now() + wait, "last_fault": fault[:LONGEST_FAULT]}
    if claimed.tries >= MOST_TRIES:
        values |= NOTHING
    db.session.execute(update(MAILS).where(MAILS.c.id == claimed.id).values(values))
