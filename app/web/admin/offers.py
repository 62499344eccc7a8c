"""What an application may ask for: scope by scope required, offered, or off."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext, pgettext
from wtforms import Field
from wtforms.validators import ValidationError

from app.models import Client
from app.services.clients import scopes

#: Stands before the name of a scope that is required; no scope has a space in it.
REQUIRED = "required "
OFF = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One scope; `title` is empty for a word of the application's own API."""

    name: str
    title: Any
    may_require: bool

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Return what can be chosen: the value that is sent, and its words."""
        off = (OFF, pgettext("scope", "Off"))
        if self.name in scopes.ALWAYS:
            return [(self.name, gettext("Required")), off]
        required = [(f"{REQUIRED}{self.name}", gettext("Required"))] if self.may_require else []
        return [*required, (self.name, gettext("Offered")), off]


class OffersField(Field):
    """A choice for each scope; `data` has a value for each that is not off."""

    rows: Sequence[Row] = ()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was chosen."""
        self.data = [value for value in valuelist if value != OFF]

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 (WTForms hands it over)
        """Refuse what no row offers.

        Raises:
            ValidationError: it was not on the page, or is not any more.
        """
        known = {value for row in self.rows for value, _words in row.choices}
        if not known.issuperset(self.data or ()):
            raise ValidationError(gettext("Choose from what the page offers."))

    @property
    def allowed(self) -> list[str]:
        """Return the names of what it may ask for."""
        return [value.removeprefix(REQUIRED) for value in self.data or ()]

    @property
    def required(self) -> list[str]:
        """Return the names of what is required."""
        chosen = self.data or ()
        return [value.removeprefix(REQUIRED) for value in chosen if value.startswith(REQUIRED)]


def rows(client: Client, *, sets_policy: bool) -> list[Row]:
    """Return a row for each scope there is, and for each word that the application may ask for.

    Without policy there are those it has, and none that is not required yet can be.
    """
    known = {scope.name: scope.title for scope in (*scopes.SCOPES, *scopes.custom().on.values())}
    own = sorted(client.scopes.difference(known))
    listed = [*known, *own] if sets_policy else [*_among(known, client), *own]
    return [
        Row(name, known.get(name, ""), sets_policy or name in client.required_scopes)
        for name in listed
    ]


def _among(names: Iterable[str], client: Client) -> list[str]:
    return [name for name in names if name in client.scopes]


def values(client: Client, listed: Iterable[Row]) -> list[str]:
    """Return what is chosen in these rows as the registration stands."""
    return [
        f"{REQUIRED}{row.name}" if row.name in client.required_scopes else row.name
        for row in listed
        if row.name in client.scopes
    ]
