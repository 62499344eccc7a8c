"""The mailbox of a developer's machine: what went into the mail folder, to be read here.

It exists only on a loopback issuer without a mail server; looking at it changes nothing.
"""

from __future__ import annotations

import re
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any, Literal, cast

from flask import Blueprint, Flask, abort, make_response, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from app.jobs import email as email_job
from app.settings import Settings
from app.web.access import ANYONE, needs
from app.web.headers import FORMS_STAY_HERE

blueprint = Blueprint("dev_mail", __name__, url_prefix="/dev/mail")
MOST = 100
LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")
#: A mail brings its styles along; nothing of it runs, is sent or fetched, and it stays a stranger.
SHUT_IN = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; "
    "sandbox allow-top-navigation-by-user-activation"
)
#: Its links open in the whole window, where pages of ours let themselves be shown.
BASE = ("<head>", '<head><base target="_top">')
WHO_MAY_SHOW_IT = "frame-ancestors 'self'; base-uri 'none'; form-action 'none'"


@blueprint.get("")
@needs(ANYONE)
def mailbox() -> ResponseReturnValue:
    """List the mails, the newest first."""
    found = sorted((_read(file) for file in _files()), key=lambda one: one["at"], reverse=True)
    return render_template("dev/mailbox.html", messages=found[:MOST])


@blueprint.get("/<name>")
@needs(ANYONE)
def message(name: str) -> ResponseReturnValue:
    """Show both parts of a mail, the links of the plain one ready to be followed."""
    answer = make_response(render_template("dev/message.html", message=_read(_file(name))))
    answer.headers["Content-Security-Policy"] = f"{FORMS_STAY_HERE}; frame-src 'self'"
    return answer


@blueprint.get("/<name>/page")
@needs(ANYONE)
def page(name: str) -> ResponseReturnValue:
    """Show the HTML part of a mail alone, shut in: for the frame beside its text."""
    html = _part(_parsed(_file(name)), "html")
    if not html:
        abort(404)
    answer = make_response(html.replace(*BASE, 1))
    answer.headers["Content-Security-Policy"] = f"{SHUT_IN}; {WHO_MAY_SHOW_IT}"
    return answer


def _file(name: str) -> Path:
    file = next((file for file in _files() if file.name == name), None)
    if file is None:
        abort(404)
    return file


def _files() -> list[Path]:
    return list(email_job.folder().glob("*.eml"))


def _parsed(file: Path) -> EmailMessage:
    parsed: EmailMessage = message_from_bytes(file.read_bytes(), policy=SMTP)
    return parsed


def _part(parsed: EmailMessage, kind: Literal["plain", "html"]) -> str:
    body = parsed.get_body((kind,))
    return str(cast("EmailMessage", body).get_content()) if body else ""


def _with_links(text: str) -> Markup:
    """Return a text with its addresses as links; everything in it is escaped."""
    found, written = 0, Markup()
    for match in LINK.finditer(text):
        written += escape(text[found : match.start()])
        written += Markup('<a href="%s">%s</a>') % (match[0], match[0])
        found = match.end()
    return written + escape(text[found:])


def _read(file: Path) -> dict[str, Any]:
    parsed = _parsed(file)
    sent_at: datetime = parsed["Date"].datetime
    return {
        "name": file.name,
        "to": str(parsed["To"]),
        "sender": str(parsed["From"]),
        "subject": str(parsed["Subject"]),
        "at": sent_at,
        "text": _with_links(_part(parsed, "plain")),
        "has_page": bool(_part(parsed, "html")),
    }


def init_app(app: Flask, settings: Settings) -> None:
    """Give a developer's machine its mailbox; nobody else has one."""
    if settings.is_local and not settings.mail_url.get_secret_value():
        app.register_blueprint(blueprint)
