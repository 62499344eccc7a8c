"""The form of a person's details: the whole of it in the account, a part of it after a sign-up."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from babel import Locale, UnknownLocaleError
from flask_babel import lazy_gettext as _
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from app.models import User
from app.services.people import person_names, profiles
from app.web import forms, time_zones
from app.web.unsent import KeptForm

#: A date, a number and the beginning of an address keep their order in a text that runs from right
#: to left: they stand between U+2066 and U+2069 (UAX #9 §2.5).
DATE = "\u20661990-01-31\u2069"
PHONE = "\u2066+33 1 23 45 67 89\u2069"
HTTPS = "\u2066https://\u2069"
NAMES = ("name", "given_name", "middle_name", "family_name", "nickname", "preferred_username")
ABOUT = ("birthdate", "gender", "locale", "zoneinfo")
REACHED = ("phone_number", "website", "profile", "picture")
ADDRESS = ("street_address", "postal_code", "locality", "region", "country")
FIELDS = (*NAMES, *ABOUT, *REACHED, *ADDRESS)
#: The languages of our pages, and where people write them differently.
LOCALES = (
    *("en", "en-AU", "en-CA", "en-GB", "en-IE", "en-IN", "en-US"),
    *("fr", "fr-BE", "fr-CA", "fr-CH", "fr-FR", "fr-LU"),
    *("de", "de-AT", "de-CH", "de-DE", "de-LU"),
    *("es", "es-AR", "es-CL", "es-CO", "es-ES", "es-MX"),
    *("ar", "ar-AE", "ar-DZ", "ar-EG", "ar-LB", "ar-MA", "ar-SA", "ar-TN"),
)


class ProfileForm(KeptForm):
    """Everything about a person that has a claim of its own; all of it may stay empty."""

    name = StringField(_("Name"), description=_("The whole of it, as apps show it."))
    given_name = StringField(_("First name"))
    middle_name = StringField(_("Middle name"))
    family_name = StringField(_("Last name"))
    nickname = StringField(_("Nickname"))
    preferred_username = StringField(_("Username"), description=_("How apps may list you."))
    birthdate = StringField(
        _("Birthday"), description=_("Such as %(example)s, or the year alone.", example=DATE)
    )
    gender = StringField(_("Gender"), description=_("In your own words."))
    locale = SelectField(
        _("Language"),
        description=_("These pages speak it too, unless you choose another at their foot."),
    )
    zoneinfo = SelectField(_("Time zone"), description=_("These pages show times in it."))
    phone_number = StringField(
        _("Phone number"), description=_("Such as %(example)s.", example=PHONE)
    )
    website = StringField(
        _("Website"), description=_("Starts with %(beginning)s.", beginning=HTTPS)
    )
    profile = StringField(
        _("Profile page"), description=_("Starts with %(beginning)s.", beginning=HTTPS)
    )
    picture = StringField(
        _("Picture"), description=_("The address of one, with %(beginning)s.", beginning=HTTPS)
    )
    street_address = TextAreaField(_("Street and number"))
    postal_code = StringField(_("Postal code"))
    locality = StringField(_("Town or city"))
    region = StringField(_("State or region"))
    country = StringField(_("Country"))


def of(user: User, *, fresh: bool = False, only: Collection[str] = FIELDS) -> ProfileForm:
    """Return the form filled in with what is known of a user; `only` names its fields.

    `fresh`: whatever was sent is not for this form.
    """
    values = {name: getattr(user, name) or "" for name in (*NAMES, *ABOUT, *REACHED)}
    values |= {name: (user.address or {}).get(name, "") for name in ADDRESS}
    form = ProfileForm(formdata=None, data=values) if fresh else ProfileForm(data=values)
    form.zoneinfo.choices = [SelectChoice("", _("Not said")), *time_zones.choices(user.zoneinfo)]
    tags = [*LOCALES, *([user.locale] if user.locale and user.locale not in LOCALES else [])]
    languages = [SelectChoice(tag, _own_name(tag)) for tag in tags]
    form.locale.choices = [SelectChoice("", _("Not said")), *languages]
    for name in set(FIELDS) - set(only):
        del form[name]
    return form


def _own_name(tag: str) -> str:
    """Return what a language calls itself."""
    try:
        return str(Locale.parse(tag, sep="-").get_display_name()).capitalize()
    except (UnknownLocaleError, ValueError):
        return tag


def members(form: ProfileForm, user: User) -> dict[str, Any]:
    """Return what was typed, as `profiles.change` takes it; parts that are no field stay."""
    typed = {name: (form[name].data or "").strip() for name in FIELDS if name in form}
    found: dict[str, Any] = {name: value for name, value in typed.items() if name not in ADDRESS}
    if "name" in found:
        found["name"] = person_names.one_line(found["name"])
    if typed.keys() & set(ADDRESS):
        found["address"] = _address(typed, user.address or {})
    return found


def has_faults(form: ProfileForm, found: Mapping[str, Any]) -> bool:
    """Show all that may not be so of what `members` returned; tell whether there is any."""
    for fault in profiles.faults(found):
        forms.blame(form, fault, address="street_address")
    return bool(form.errors)


def _address(typed: dict[str, str], known: dict[str, str]) -> dict[str, str] | None:
    """Return the address with what was typed in it; None: nothing is left of it."""
    before = {name: known[name] for name in ADDRESS if name in known}
    parts = {name: typed.get(name, before.get(name, "")) for name in ADDRESS}
    address = {name: part.replace("\r\n", "\n") for name, part in parts.items() if part}
    written = known.get("formatted", "")
    if not set(ADDRESS) <= typed.keys() and written != profiles.formatted(before):
        # It says more than its parts tell: a part cannot replace it.
        return {**address, "formatted": written}
    return {**address, "formatted": profiles.formatted(address)} if address else None
