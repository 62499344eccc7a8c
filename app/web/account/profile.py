"""One's own details: the standard claims, which applications see when they are let."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from app.database import commit, rollback
from app.errors import InvalidInput
from app.models import User
from app.services import accounts, profiles, users
from app.web import forms, guards
from app.web.account.desk import blueprint, somebody

NAMES = ("name", "given_name", "middle_name", "family_name", "nickname", "preferred_username")
ABOUT = ("birthdate", "gender", "locale", "zoneinfo")
REACHED = ("phone_number", "website", "profile", "picture")
ADDRESS = ("street_address", "postal_code", "locality", "region", "country")
SECTIONS = ((NAMES, "names"), (ABOUT, "about"), (REACHED, "reached"), (ADDRESS, "address"))


class ProfileForm(FlaskForm):
    """Everything about a person that has a claim of its own; all of it may stay empty."""

    name = StringField(_("Name"), description=_("The whole of it, as apps show it."))
    given_name = StringField(_("First name"))
    middle_name = StringField(_("Middle name"))
    family_name = StringField(_("Last name"))
    nickname = StringField(_("Nickname"))
    preferred_username = StringField(_("Username"), description=_("How apps may list you."))
    birthdate = StringField(_("Birthday"), description=_("Such as 1990-01-31, or the year alone."))
    gender = StringField(_("Gender"), description=_("In your own words."))
    locale = StringField(_("Language"), description=_("Such as en-GB or fr."))
    zoneinfo = SelectField(_("Time zone"))
    phone_number = StringField(_("Phone number"), description=_("Such as +33 1 23 45 67 89."))
    website = StringField(_("Website"), description=_("Starts with https://."))
    profile = StringField(_("Profile page"), description=_("Starts with https://."))
    picture = StringField(_("Picture"), description=_("The address of one, with https://."))
    street_address = TextAreaField(_("Street and number"))
    postal_code = StringField(_("Postal code"))
    locality = StringField(_("Town or city"))
    region = StringField(_("State or region"))
    country = StringField(_("Country"))


@blueprint.route("/profile", methods=["GET", "POST"])
@guards.signed_in_only
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
        return _page(form, user), 422
    commit()
    return redirect(url_for("account.profile", saved="yes"), 303)


def _form_of(user: User) -> ProfileForm:
    values = {name: getattr(user, name) or "" for name in (*NAMES, *ABOUT, *REACHED)}
    values |= {name: (user.address or {}).get(name, "") for name in ADDRESS}
    form = ProfileForm(data=values)
    zones = sorted(available_timezones())
    form.zoneinfo.choices = [SelectChoice("", _("Not said")), *(SelectChoice(one) for one in zones)]
    return form


def _members(form: ProfileForm) -> dict[str, Any]:
    typed: dict[str, str] = {name: (form[name].data or "").strip() for name in form.data}
    members: dict[str, Any] = {name: typed[name] for name in (*NAMES, *ABOUT, *REACHED)}
    members["name"] = accounts.one_line(members["name"])
    address = {name: typed[name].replace("\r\n", "\n") for name in ADDRESS if typed[name]}
    if address:
        address["formatted"] = profiles.formatted(address)
    return {**members, "address": address or None}


def _page(form: ProfileForm, user: User) -> str:
    return render_template(
        "account/profile.html",
        form=form,
        email=user.email,
        email_verified=user.email_verified,
        sections=SECTIONS,
        saved=request.method == "GET" and bool(request.args.get("saved")),
    )
