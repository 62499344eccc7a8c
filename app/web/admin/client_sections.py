"""The sections of an application's page: each a form of its own, saved by itself (ux.md 2.17)."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import DataRequired, Optional

from app.models import Client
from app.web.admin import offers
from app.web.admin.client_fields import DaysField, LinesField, WordField, choices
from app.web.admin.client_form import SectionForm
from app.web.admin.client_technical import Advanced, Keys, Logout, Tokens
from app.web.admin.offers import OffersField


class Basics(SectionForm):
    """What people see."""

    section = "basics"
    title = _("Basics")
    intro = _("What people see.")

    client_name = StringField(
        _("Name"),
        [DataRequired(_("Give the application a name."))],
        description=_("People read it when they sign in and when they give permission."),
    )
    client_uri = WordField(_("Home page"), description=_("Starts with https://."))
    logo_uri = WordField(
        _("Logo"), description=_("We fetch it once and show a copy. PNG, JPEG, GIF or WebP.")
    )
    policy_uri = WordField(_("Privacy page"), description=_("Linked on the permission page."))
    tos_uri = WordField(_("Terms page"), description=_("Linked on the permission page."))
    contacts = LinesField(
        _("Contacts"), description=_("Email addresses of those who run it, one a line.")
    )


class Addresses(SectionForm):
    """Where people come back to."""

    section = "addresses"
    title = _("Sign-in addresses")

    redirect_uris = LinesField(
        _("Redirect addresses"),
        description=_(
            "Where people return to after signing in, one a line. Every character counts."
        ),
    )
    post_logout_redirect_uris = LinesField(
        _("Addresses after sign-out"), description=_("Where they may land after signing out.")
    )
    initiate_login_uri = WordField(
        _("Where a sign-in starts"),
        description=_("People open the application there from their account page."),
    )
    application_type = SelectField(
        _("Where it runs"),
        choices=choices(
            ("web", _("On the web")), ("native", _("Installed on a phone or computer"))
        ),
        description=_("An installed one may use any port of 127.0.0.1, and schemes of its own."),
    )


class Permissions(SectionForm):
    """What it may learn, and what protects people from it."""

    section = "permissions"
    title = _("Permissions")

    scope = OffersField(
        _("What it may ask for"),
        description=_(
            "Required: nobody can leave it out and still use the application. Offered: people"
            " choose. Off: it may not ask."
        ),
    )
    custom_scope = StringField(
        _("Further scopes"),
        description=_(
            "Words of your own APIs, separated by spaces. Each gets a line above when you save."
        ),
    )
    trusted = BooleanField(
        _("Trusted"),
        description=_("People are not asked for permission. For your own applications only."),
    )
    consent_days = DaysField(
        _("Ask again after"),
        [Optional()],
        description=_(
            "In days. Access ends then, until people give permission once more; what is allowed"
            " already keeps the end it has. Empty: never."
        ),
    )
    require_second_step = BooleanField(
        _("Ask for a second step"),
        description=_("Nobody gets in with a password alone, whatever the application asks for."),
    )

    @classmethod
    def stored(cls, client: Client, *, sets_policy: bool) -> dict[str, Any]:
        """Return the value of each field as the registration stands; none for a new scope."""
        rows = offers.rows(client, sets_policy=sets_policy)
        known = super().stored(client, sets_policy=sets_policy)
        return {**known, "scope": offers.values(client, rows), "custom_scope": ""}

    def members(self) -> dict[str, Any]:
        """Return the members of the registration: the scopes are spread over two of them."""
        known = super().members()
        further = (known.pop("custom_scope", "") or "").split()
        return {
            **known,
            "scope": " ".join([*self.scope.allowed, *further]),
            "required_scopes": self.scope.required,
        }

    def fit(self, client: Client, *, sets_policy: bool) -> None:
        """Offer the scopes that this person may choose from."""
        super().fit(client, sets_policy=sets_policy)
        self.scope.rows = offers.rows(client, sets_policy=sets_policy)
        if not sets_policy:
            del self["custom_scope"]


SECTIONS: tuple[type[SectionForm], ...] = (
    Basics,
    Addresses,
    Permissions,
    Tokens,
    Keys,
    Logout,
    Advanced,
)


def holding(member: str) -> type[SectionForm] | None:
    """Return the section in which a member of the registration is changed, None for no such one."""
    return next((kind for kind in SECTIONS if member in kind.member_names()), None)


def label(member: str) -> str:
    """Return the words of the field that holds a member; empty when no section has it."""
    kind = holding(member)
    return str(getattr(kind, member).args[0]) if kind else ""


def wanted() -> type[SectionForm] | None:
    """Return the section that this request sends, None when it does not say which."""
    name = request.args.get("section")
    return next((kind for kind in SECTIONS if kind.section == name), None)
