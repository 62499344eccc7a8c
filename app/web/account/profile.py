"""One's own details: the standard claims, which applications see when they are let."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import FileField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from app.database import commit, rollback
from app.errors import InvalidInput
from app.models import User
from app.security import pictures
from app.security.pictures import NoPicture
from app.services.authorization import consents
from app.services.people import person_names, profile_pictures, profiles, users
from app.web import forms, unsent
from app.web import pictures as served
from app.web.access import SIGNED_IN, needs
from app.web.account.desk import blueprint, somebody
from app.web.unsent import KeptForm

NAMES = ("name", "given_name", "middle_name", "family_name", "nickname", "preferred_username")
ABOUT = ("birthdate", "gender", "locale", "zoneinfo")
REACHED = ("phone_number", "website", "profile", "picture")
ADDRESS = ("street_address", "postal_code", "locality", "region", "country")
#: Which scopes show something of a section.
SHARED_BY = {
    "names": {"profile"},
    "about": {"profile"},
    "reached": {"profile", "phone"},
    "address": {"address"},
}
#: The languages of our pages, and where people write them differently.
LOCALES = (
    *("en", "en-AU", "en-CA", "en-GB", "en-IE", "en-IN", "en-US"),
    *("fr", "fr-BE", "fr-CA", "fr-CH", "fr-FR", "fr-LU"),
    *("de", "de-AT", "de-CH", "de-DE", "de-LU"),
    *("es", "es-AR", "es-CL", "es-CO", "es-ES", "es-MX"),
    *("ar", "ar-AE", "ar-DZ", "ar-EG", "ar-LB", "ar-MA", "ar-SA", "ar-TN"),
)
SECTIONS = ((NAMES, "names"), (ABOUT, "about"), (REACHED, "reached"), (ADDRESS, "address"))


class ProfileForm(KeptForm):
    """Everything about a person that has a claim of its own; all of it may stay empty."""

    name = StringField(_("Name"), description=_("The whole of it, as apps show it."))
    given_name = StringField(_("First name"))
    middle_name = StringField(_("Middle name"))
    family_name = StringField(_("Last name"))
    nickname = StringField(_("Nickname"))
    preferred_username = StringField(_("Username"), description=_("How apps may list you."))
    birthdate = StringField(_("Birthday"), description=_("Such as 1990-01-31, or the year alone."))
    gender = StringField(_("Gender"), description=_("In your own words."))
    locale = SelectField(
        _("Language"),
        description=_("These pages speak it too, unless you choose another at their foot."),
    )
    zoneinfo = SelectField(_("Time zone"), description=_("These pages show times in it."))
    phone_number = StringField(_("Phone number"), description=_("Such as +33 1 23 45 67 89."))
    website = StringField(_("Website"), description=_("Starts with https://."))
    profile = StringField(_("Profile page"), description=_("Starts with https://."))
    picture = StringField(_("Picture"), description=_("The address of one, with https://."))
    street_address = TextAreaField(_("Street and number"))
    postal_code = StringField(_("Postal code"))
    locality = StringField(_("Town or city"))
    region = StringField(_("State or region"))
    country = StringField(_("Country"))


class PictureForm(FlaskForm):
    """A file that is a picture."""

    picture_file = FileField(_("Picture"))


@blueprint.route("/profile", methods=["GET", "POST"])
@needs(SIGNED_IN)
@unsent.keeps(ProfileForm)
def profile() -> ResponseReturnValue:
    """Show one's details, and save them all at once."""
    user = users.get(somebody().user_id)
    form = _form_of(user)
    if not form.is_submitted():
        page = _page(form, user)
        commit()  # the session was seen
        return page
    if not form.validate():
        return _page(form, user), 422
    try:
        profiles.change(user, _members(form), by=user.id)
    except InvalidInput as fault:
        rollback()
        forms.blame(form, fault, address="street_address")
        return _page(form, users.get(user.id)), 422
    commit()
    return redirect(url_for("account.profile", saved="yes"), 303)


@blueprint.post("/picture")
@needs(SIGNED_IN)
@unsent.belongs_to("account.profile")
def picture() -> ResponseReturnValue:
    """Put a picture in place of the one before; nothing of the file itself is kept."""
    user = users.get(somebody().user_id)
    file = request.files.get("picture_file")
    content = file.read() if file else b""
    commit()  # drawing takes long: nobody else may wait for this transaction
    try:
        drawn = pictures.portrait(content)
    except NoPicture:
        form = PictureForm()
        advice = gettext("Choose a picture: PNG, JPEG, WebP or GIF, of at most 5 MB.")
        form.picture_file.errors = [advice]
        return _page(_form_of(user, fresh=True), user, picture_form=form), 422
    profile_pictures.store(user, drawn)
    commit()
    return redirect(url_for("account.profile", saved="picture"), 303)


@blueprint.post("/picture/remove")
@needs(SIGNED_IN)
@unsent.belongs_to("account.profile")
def remove_picture() -> ResponseReturnValue:
    """Show initials again."""
    profile_pictures.remove(users.get(somebody().user_id))
    commit()
    return redirect(url_for("account.profile", saved="picture-removed"), 303)


def _form_of(user: User, *, fresh: bool = False) -> ProfileForm:
    values = {name: getattr(user, name) or "" for name in (*NAMES, *ABOUT, *REACHED)}
    values |= {name: (user.address or {}).get(name, "") for name in ADDRESS}
    form = ProfileForm(formdata=None, data=values) if fresh else ProfileForm(data=values)
    zones = sorted(available_timezones() | ({user.zoneinfo} if user.zoneinfo else set()))
    form.zoneinfo.choices = [SelectChoice("", _("Not said")), *(SelectChoice(one) for one in zones)]
    tags = [*LOCALES, *([user.locale] if user.locale and user.locale not in LOCALES else [])]
    languages = [SelectChoice(tag, _own_name(tag)) for tag in tags]
    form.locale.choices = [SelectChoice("", _("Not said")), *languages]
    return form


def _own_name(tag: str) -> str:
    """Return what a language calls itself."""
    try:
        return str(Locale.parse(tag, sep="-").get_display_name()).capitalize()
    except (UnknownLocaleError, ValueError):
        return tag


def _members(form: ProfileForm) -> dict[str, Any]:
    typed: dict[str, str] = {name: (form[name].data or "").strip() for name in form.data}
    members: dict[str, Any] = {name: typed[name] for name in (*NAMES, *ABOUT, *REACHED)}
    members["name"] = person_names.one_line(members["name"])
    address = {name: typed[name].replace("\r\n", "\n") for name in ADDRESS if typed[name]}
    if address:
        address["formatted"] = profiles.formatted(address)
    return {**members, "address": address or None}


def _shared_with(user: User) -> dict[str, list[str]]:
    """Return, for each section, the names of the applications that see something of it."""
    allowed = [(set(row.scope.split()), client.name) for row, client in consents.of_user(user.id)]
    return {
        section: [name for granted, name in allowed if granted & scopes]
        for section, scopes in SHARED_BY.items()
    }


def _page(form: ProfileForm, user: User, *, picture_form: PictureForm | None = None) -> str:
    return render_template(
        "account/profile.html",
        form=form,
        email=user.email,
        email_verified=user.email_verified,
        sections=SECTIONS,
        shared_with=_shared_with(user),
        picture_form=picture_form or PictureForm(formdata=None),
        picture=served.shown(user.picture),
        saved=request.args.get("saved", "") if request.method == "GET" else "",
    )
