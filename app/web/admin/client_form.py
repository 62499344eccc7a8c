"""The form of one section of an application: what every section has in common.

Each section is sent, checked and saved by itself; what stands in the others is not touched.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import Any, ClassVar, TypeVar

from flask_babel import gettext
from wtforms import Field, HiddenField
from wtforms.validators import DataRequired

from app.models import Client
from app.services.clients.client_schema import POLICY
from app.web.unsent import KeptForm

F = TypeVar("F", bound="SectionForm")


class SectionForm(KeptForm):
    """Some members of a registration; each field has the name of its member, and its value."""

    section: ClassVar[str]
    title: ClassVar[Any]
    intro: ClassVar[Any] = ""

    version = HiddenField(validators=[DataRequired()])

    @classmethod
    def stored(cls, client: Client, *, sets_policy: bool) -> dict[str, Any]:  # noqa: ARG003 (permissions look at it)
        """Return the value of each field as the registration stands."""
        return {name: client.registration.get(name) for name in cls.member_names()}

    @classmethod
    @cache
    def member_names(cls) -> frozenset[str]:
        """Return the names of the fields that a person fills in."""
        names = {name for name in dir(cls) if hasattr(getattr(cls, name), "_formfield")}
        return frozenset(names - {"version"})

    def members(self) -> dict[str, Any]:
        """Return the members of the registration as the form has them."""
        return {field.name: field.data for field in self.shown}

    def fit(self, client: Client, *, sets_policy: bool) -> None:  # noqa: ARG002 (permissions look at it)
        """Leave out what this person may not change: it protects people from the application."""
        for name in () if sets_policy else POLICY:
            if name in self:
                del self[name]

    @property
    def shown(self) -> list[Field]:
        """Return the fields that a person sees, in order."""
        return [field for field in self if not isinstance(field.widget, HIDDEN)]


HIDDEN = type(HiddenField.widget)


def form_of(kind: type[F], client: Client, *, sets_policy: bool, fresh: bool = False) -> F:
    """Return a section with what was sent, or with the registration as it stands.

    A fresh one does not look at what was sent: it was another form.
    """
    stored = kind.stored(client, sets_policy=sets_policy)
    form = kind(*((None,) if fresh else ()), data={**stored, "version": version_of(stored)})
    form.fit(client, sets_policy=sets_policy)
    return form


def is_outdated(form: SectionForm, client: Client, *, sets_policy: bool) -> bool:
    """Tell whether somebody else has changed this section since the form was made."""
    sent: str = form.version.data
    return sent != version_of(form.stored(client, sets_policy=sets_policy))


def show_differences(form: SectionForm, client: Client, *, sets_policy: bool) -> None:
    """Say at each field what somebody else has stored meanwhile, keeping what was typed."""
    stored = form.stored(client, sets_policy=sets_policy)
    for field in form.shown:
        now = stored.get(field.name)
        if (field.data or None) != (now or None):
            field.errors = [gettext("Stored now: %(value)s", value=_words(now))]
    form.version.data = version_of(stored)


def version_of(stored: dict[str, Any]) -> str:
    """Return what tells one state of a section from another: it is compared, never read."""
    text = json.dumps(stored, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def _words(stored: Any) -> str:
    if isinstance(stored, bool):
        return str(gettext("on") if stored else gettext("off"))
    if isinstance(stored, dict):
        return json.dumps(stored)
    text = ", ".join(stored) if isinstance(stored, list) else str(stored or "")
    return text or str(gettext("nothing"))
