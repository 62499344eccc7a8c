"""The account wing: its blueprint, and who is at home in it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template
from werkzeug.exceptions import Forbidden

from app.database import commit
from app.services.authorization.signed_in import SignedIn
from app.web import guards

blueprint = Blueprint("account", __name__, url_prefix="/account")


def somebody() -> SignedIn:
    """Return who is signed in; the guard before the view has made sure of it."""
    person = guards.person()
    if person is None:
        raise Forbidden
    return person


def show(template: str, **context: Any) -> str:
    """Render a page that only shows something, and keep that the session was seen."""
    page = render_template(template, **context)
    commit()
    return page
