"""The mailbox of a developer's machine: what went into the mail folder, to be read here.

It exists only on a loopback issuer without a mail server; looking at it changes nothing.
"""

from __future__ import annotations

from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, abort, render_template
from flask.typing import ResponseReturnValue

from app.jobs import email as email_job
from app.settings import Settings
from app.web.access import ANYONE, needs

blueprint = Blueprint("dev_mail", __name__, url_prefix="/dev/mail")
MOST = 100


@blueprint.get("")
@needs(ANYONE)
def mailbox() -> ResponseReturnValue:
    """List the mails, the newest first."""
    found = sorted((_read(file) for file in _files()), key=lambda one: one["at"], reverse=True)
    return render_template("dev/mailbox.html", messages=found[:MOST])


@blueprint.get("/<name>")
@needs(ANYONE)
def message(name: str) -> ResponseReturnValue:
    """Show the plain part of a mail."""
    file = next((file for file in _files() if file.name == name), None)
    if file is None:
        abort(404)
    return render_template("dev/message.html", message=_read(file))


def _files() -> list[Path]:
    return list(email_job.folder().glob("*.eml"))


def _read(file: Path) -> dict[str, Any]:
    parsed: EmailMessage = message_from_bytes(file.read_bytes(), policy=SMTP)
    body = parsed.get_body(("plain",))
    sent_at: datetime = parsed["Date"].datetime
    return {
        "name": file.name,
        "to": str(parsed["To"]),
        "sender": str(parsed["From"]),
        "subject": str(parsed["Subject"]),
        "at": sent_at,
        "text": body.get_content() if body else "",
    }


def init_app(app: Flask, settings: Settings) -> None:
    """Give a developer's machine its mailbox; nobody else has one."""
    if settings.is_local and not settings.mail_url.get_secret_value():
        app.register_blueprint(blueprint)
