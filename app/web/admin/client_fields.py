"""Kinds of fields of an application: each holds a member of its registration as it is stored."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _
from wtforms import (
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    widgets,
)
from wtforms.fields.choices import SelectChoice

from app.security.strict_json import BadJson, parse_object


class TicksField(SelectMultipleField):
    """Any number of choices, each with a box to tick."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()


class _WholeField(IntegerField):
    """A whole number; what is none is refused in words."""

    refusal: LazyString

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed.

        Raises:
            ValueError: says what to type instead.
        """
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(self.refusal) from None


class SecondsField(_WholeField):
    """A whole number of seconds."""

    refusal = _("Type a whole number of seconds.")


class DaysField(_WholeField):
    """A whole number of days."""

    refusal = _("Type a whole number of days.")


class WordField(StringField):
    """One line without space around it."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed; what was not sent stays."""
        if valuelist:
            self.data = valuelist[0].strip()


class LinesField(TextAreaField):
    """A list, one a line; none of its entries holds white space."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed; what was not sent stays."""
        if valuelist:
            self.data = valuelist[0].split()

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else "\n".join(self.data or ())


class JsonField(TextAreaField):
    """A JSON object, or nothing."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed; what was not sent stays.

        Raises:
            ValueError: it is no JSON object.
        """
        if not valuelist:
            return
        typed = valuelist[0].strip()
        try:
            self.data = parse_object(typed.encode()) if typed else None
        except BadJson:
            raise ValueError(gettext("This is no JSON.")) from None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return json.dumps(self.data, indent=2) if self.data else ""


class ChosenField(SelectField):
    """One of several words, or none of them."""

    def __init__(self, label: Any, words: Iterable[str], nothing: Any, **kwargs: Any) -> None:
        known = choices(("", nothing), *((word, word) for word in words))
        super().__init__(label, coerce=lambda value: value or None, choices=known, **kwargs)


def choices(*rows: tuple[str, Any]) -> list[SelectChoice]:
    """Return choices of values and labels."""
    return [SelectChoice(value, label) for value, label in rows]
