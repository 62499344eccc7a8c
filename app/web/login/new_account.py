"""What every form asks that makes an account, whatever way its owner comes."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, Field, PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from app.services.people import passwords, person_names
from app.services.people.person_names import NewPerson, PersonName
from app.settings import settings
from app.web.forms import Form, obeying_rules

LONGEST = 200
_LESS = _("Use 200 characters or fewer.")
_SHORT = Length(max=LONGEST, message=_LESS)


def _fits(form: NewAccountForm, _field: Field) -> None:
    """Refuse two parts that make a whole name too long to be kept."""
    if len(form.called.name or "") > LONGEST:
        raise ValidationError(_LESS)


class NewAccountForm(Form):
    """The names that the settings want, whole or in parts, and whether one agrees to the terms."""

    name = StringField(validators=[_SHORT])
    given_name = StringField(validators=[DataRequired(_("Enter your first name.")), _SHORT])
    family_name = StringField(validators=[DataRequired(_("Enter your last name.")), _SHORT, _fits])
    agree = BooleanField(validators=[DataRequired(_("Tick this to agree to the terms."))])

    def __init__(
        self,
        *args: Any,
        in_parts: bool | None = None,
        terms_version: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Have the fields that the settings want, or those of the two keywords."""
        super().__init__(*args, **kwargs)
        self._ask_for_names(in_parts=in_parts)
        self._ask_for_terms(settings.terms_version if terms_version is None else terms_version)

    def _ask_for_names(self, *, in_parts: bool | None) -> None:
        wants_parts = person_names.parts_are_required() if in_parts is None else in_parts
        for unwanted in ("name",) if wants_parts else ("given_name", "family_name"):
            del self[unwanted]

    def _ask_for_terms(self, version: str) -> None:
        """Let the tick be for this very version: what was ticked on an older page is not."""
        if not version:
            del self["agree"]
            return
        self.agree.render_kw = {"value": version}
        if self.agree.raw_data not in (None, [], [version]):
            self.agree.data = False

    @property
    def called(self) -> PersonName:
        """Return the name that was typed."""
        typed = (self[one].data if one in self else "" for one in _NAMES)
        return PersonName.of(*typed)

    @property
    def person(self) -> NewPerson:
        """Return what was said, once it has been found good."""
        return NewPerson(self.called, self.agreed_version)

    @property
    def agreed_version(self) -> str:
        """Return the version of the terms that was agreed to; empty: it was not asked about."""
        return self.agree.render_kw["value"] if "agree" in self and self.agree.data else ""

    def has_good_answers(self) -> bool:
        """Check what stands here, where the rest of the form is not shown."""
        checked = [self[one].validate(self) for one in (*_NAMES, "agree") if one in self]
        return all(checked)


class WithPasswordForm(NewAccountForm):
    """The same with a password, for whoever is to sign in with one."""

    password = PasswordField(validators=[InputRequired(_("Choose a password."))])

    def __init__(self, *args: Any, address: str = "", **kwargs: Any) -> None:
        """Have the fields; `address` is the owner's, where the form does not ask for it."""
        super().__init__(*args, **kwargs)
        self.address = address

    def validate_password(self, field: Field) -> None:
        """Say what to change in the password, together with what else is wrong."""
        with obeying_rules():
            passwords.check_allowed(field.data, context=(self.address, self.called.name or ""))


_NAMES = ("name", "given_name", "family_name")
