"""What the forms of every wing share."""

from __future__ import annotations

from datetime import timedelta
from math import ceil

from flask_babel import ngettext
from flask_wtf import FlaskForm

from app.errors import InvalidInput


def blame(form: FlaskForm, error: InvalidInput, **names: str) -> None:
    """Show a refusal at its field, or above the form when it has no such field.

    `names` gives the field of this form for a name that the rules use.
    """
    name = names.get(error.field, error.field)
    if name in form:
        form[name].errors = [*form[name].errors, error.public]
    else:
        form.form_errors.append(error.public)


def too_many_tries(wait: timedelta) -> str:
    """Return what somebody reads who has to wait before the next try counts."""
    words = ngettext(
        "Too many tries. Wait %(num)d minute, then try again.",
        "Too many tries. Wait %(num)d minutes, then try again.",
        ceil(wait.total_seconds() / 60),
    )
    return str(words)


def another_code_in(wait: timedelta) -> str:
    """Return what somebody reads who asks for another mailed code too soon."""
    words = ngettext(
        "You can ask for another code in %(num)d minute.",
        "You can ask for another code in %(num)d minutes.",
        ceil(wait.total_seconds() / 60),
    )
    return str(words)


def retry_after(wait: timedelta) -> dict[str, str]:
    """Return the header that tells programs the same (RFC 9110 §10.2.3)."""
    return {"Retry-After": str(ceil(wait.total_seconds()))}
