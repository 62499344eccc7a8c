"""The account wing: its blueprint, and who is at home in it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for
from werkzeug.exceptions import Forbidden

from app.database import commit
from app.models import User
from app.services.authorization.signed_in import SignedIn
from app.services.people import mailbox_proofs
from app.web import guards

blueprint = Blueprint("account", __name__, url_prefix="/account")


def somebody() -> SignedIn:
    """Return who is signed in; the guard before the view has made sure of it."""
    person = guards.person()
    if person is None:
        raise Forbidden
    return person


def owed_proof(user: User, page: str) -> str | None:
    """Return where one proves the mailbox before a factor is added, and comes back to a page.

    None: a stolen password alone could not be the reason of being here (security.md MF06).
    """
    if not mailbox_proofs.is_owed(user, browser=guards.browser(), amr=somebody().amr):
        return None
    return url_for("login.prove_mailbox", next=url_for(page), again="yes", chosen="yes")


def show(template: str, **context: Any) -> str:
    """Render a page that only shows something, and keep that the session was seen."""
    page = render_template(template, **context)
    commit()
    return page
