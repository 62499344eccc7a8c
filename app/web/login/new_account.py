"""What every form asks that makes an account, whatever way its owner comes."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from app.services.people import person_names
from app.services.people.person_names import PersonName

_SHORT = Length(max=200, message=_("Use 200 characters or fewer."))


class NewAccountForm(FlaskForm):
    """The names that the settings want: the whole of it, or first and last name."""

    name = StringField(validators=[_SHORT])
    given_name = StringField(validators=[DataRequired(_("Enter your first name.")), _SHORT])
    family_name = StringField(validators=[DataRequired(_("Enter your last name.")), _SHORT])

    def __init__(self, *args: Any, in_parts: bool | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wants_parts = person_names.parts_are_required() if in_parts is None else in_parts
        for unwanted in ("name",) if wants_parts else ("given_name", "family_name"):
            del self[unwanted]

    @property
    def called(self) -> PersonName:
        """Return the name that was typed."""
        typed = (self[one].data if one in self else "" for one in _NAMES)
        return PersonName.of(*typed)

    def has_good_names(self) -> bool:
        """Check the names alone, where the rest of the form is not shown."""
        checked = [self[one].validate(self) for one in _NAMES if one in self]
        return all(checked)


_NAMES = ("name", "given_name", "family_name")
