"""What the forms of every wing share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from math import ceil
from typing import Any

from flask_babel import ngettext
from flask_wtf import FlaskForm
from markupsafe import Markup, escape
from wtforms.validators import ValidationError
from wtforms.widgets import Input

from app.errors import InvalidInput, ProviderError
from app.web import csrf


def attributes(**named: Any) -> Markup:
    """Return HTML attributes as WTForms' own `html_params` does, at a sixth of its price.

    Trailing underscores of a name go, those in `data_` and `aria_` names become hyphens; True
    stands for a name alone, False for none.
    """
    written = []
    for name, value in sorted(named.items()):
        if value is False:
            continue
        plain = name.rstrip("_")
        if plain.startswith(("data_", "aria_")):
            plain = plain.replace("_", "-")
        if value is not True:
            # Markup may hold quotes of its own: they would end the attribute.
            quoted = str(escape(value)).replace('"', "&quot;")
            plain = f'{plain}="{quoted}"'
        written.append(plain)
    return Markup(" ".join(written))  # noqa: S704 (each value is escaped above, names are ours)


Input.html_params = staticmethod(attributes)  # every widget of an <input> asks its class for it


class Form(FlaskForm):
    """A form of ours; its CSRF value was checked before its view ran, as of every POST."""

    class Meta(FlaskForm.Meta):
        """The form itself has nothing to check then."""

        csrf = False

    @property
    def csrf_token(self) -> Markup:
        """Return the field that sends the CSRF value."""
        return csrf.hidden_field()

    def hidden_tag(self, *fields: str) -> Markup:
        """Return every hidden field, the CSRF value first."""
        others: Markup = super().hidden_tag(*fields)
        return self.csrf_token + others


def blame(form: Form, error: InvalidInput, **names: str) -> None:
    """Show a refusal at its field, or above the form when it has no such field.

    `names` gives the field of this form for a name that the rules use.
    """
    name = names.get(error.field, error.field)
    if name in form:
        form[name].errors = [*form[name].errors, error.public]
    else:
        form.form_errors.append(error.public)


@contextmanager
def obeying_rules() -> Iterator[None]:
    """Let a field say what a rule of the services refuses, beside the faults of other fields."""
    try:
        yield
    except ProviderError as fault:
        raise ValidationError(fault.public) from None


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
