"""The form of an application: a field for each member of its registration that may be changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, Field, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Optional

from app.errors import InvalidInput
from app.models import Client
from app.security import jose
from app.security.strict_json import BadJson, parse_object
from app.services.clients.client_schema import POLICY
from app.web.admin import client_fields, offers
from app.web.admin.client_fields import (
    FurtherFields,
    SecondsField,
    TicksField,
    choices,
)
from app.web.admin.offers import OffersField, Row

#: Members that are lists and are typed one a line, or as words.
LISTS = ("redirect_uris", "post_logout_redirect_uris", "contacts", "audience", "request_uris")
TEXTS = ("client_uri", "policy_uri", "tos_uri", *client_fields.TEXTS)
PLAIN = (
    "client_name",
    "application_type",
    "token_endpoint_auth_method",
    "grant_types",
    "pkce_required",
    "introspects",
    "trusted",
    "require_second_step",
    "id_token_signed_response_alg",
    "access_token_format",
    "access_token_lifetime",
    "default_max_age",
    "require_auth_time",
    *client_fields.PLAIN,
)
TOKENS = (
    "id_token_signed_response_alg",
    "access_token_format",
    "access_token_lifetime",
    "audience",
    "default_max_age",
    "require_auth_time",
)
CUSTOM = "custom_scope"


class ClientForm(FurtherFields):
    """Everything about an application that an administrator may change."""

    version = HiddenField(validators=[DataRequired()])

    client_name = StringField(
        _("Name"),
        [DataRequired(_("Give the application a name."))],
        description=_("People read it when they sign in and when they give permission."),
    )
    client_uri = StringField(_("Home page"), description=_("Starts with https://."))
    policy_uri = StringField(_("Privacy page"), description=_("Linked on the permission page."))
    tos_uri = StringField(_("Terms page"), description=_("Linked on the permission page."))
    contacts = TextAreaField(
        _("Contacts"), description=_("Email addresses of those who run it, one a line.")
    )

    redirect_uris = TextAreaField(
        _("Redirect addresses"),
        description=_(
            "Where people return to after signing in, one a line. Every character counts."
        ),
    )
    post_logout_redirect_uris = TextAreaField(
        _("Addresses after sign-out"), description=_("Where they may land after signing out.")
    )
    application_type = SelectField(
        _("Where it runs"),
        choices=choices(
            ("web", _("On the web")), ("native", _("Installed on a phone or computer"))
        ),
        description=_("An installed one may use any port of 127.0.0.1, and schemes of its own."),
    )

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

    token_endpoint_auth_method = SelectField(
        _("How it proves itself"),
        choices=choices(
            ("client_secret_basic", _("Secret in the header")),
            ("client_secret_post", _("Secret in the form")),
            ("private_key_jwt", _("Signature with a key of its own")),
            ("client_secret_jwt", _("Signature with the secret, which we keep encrypted")),
            ("none", _("No secret: it runs on people's devices")),
        ),
        description=_("Changing to no secret removes its secrets."),
    )
    grant_types = TicksField(
        _("Ways to get tokens"),
        choices=choices(
            ("authorization_code", _("A person signs in")),
            ("refresh_token", _("Stay signed in with refresh tokens")),
            ("client_credentials", _("For itself, without a person")),
        ),
    )
    pkce_required = BooleanField(
        _("PKCE is required"),
        description=_("Leave it on unless the application cannot do it."),
    )
    introspects = BooleanField(
        _("May introspect"), description=_("An API that asks whether tokens are good.")
    )

    id_token_signed_response_alg = SelectField(
        _("Signature of ID tokens"),
        choices=choices(*((alg, alg) for alg in jose.ALGORITHMS)),
    )
    access_token_format = SelectField(
        _("Access tokens"),
        choices=choices(
            ("jwt", _("JWT: APIs check it themselves")),
            ("opaque", _("Opaque: APIs ask here each time")),
        ),
    )
    access_token_lifetime = SecondsField(
        _("Lifetime of access tokens"),
        [Optional()],
        description=_("In seconds, 60 to 3600. Empty: the setting of this service."),
    )
    audience = TextAreaField(
        _("APIs"), description=_("Addresses its access tokens are for, one a line.")
    )
    require_second_step = BooleanField(
        _("Ask for a second step"),
        description=_("Nobody gets in with a password alone, whatever the application asks for."),
    )
    default_max_age = SecondsField(
        _("Longest time since sign-in"),
        [Optional()],
        description=_("In seconds; people who signed in longer ago do so again. Empty: no limit."),
    )
    require_auth_time = BooleanField(
        _("Always say when they signed in"), description=_("ID tokens carry auth_time.")
    )


def form_of(client: Client, *, sets_policy: bool = True, fresh: bool = False) -> ClientForm:
    """Return the form with what was sent, or with the registration as it stands.

    Without policy it has no field for what protects people from the application itself; a fresh
    one does not look at what was sent: it was another form.
    """
    rows = offers.rows(client, sets_policy=sets_policy)
    form = ClientForm(*((None,) if fresh else ()), data=_values(client, rows))
    form.scope.rows = rows
    for name in () if sets_policy else (CUSTOM, *POLICY):
        if name in form:
            del form[name]
    return form


def _values(client: Client, rows: Sequence[Row]) -> dict[str, Any]:
    kept = client.registration
    return {
        "version": str(client.version),
        **{name: kept.get(name) for name in (*PLAIN, *TEXTS)},
        **{name: kept.get(name) or "" for name in client_fields.CHOSEN},
        **{name: "\n".join(kept.get(name) or ()) for name in LISTS},
        "jwks": json.dumps(kept["jwks"], indent=2) if kept.get("jwks") else "",
        "scope": offers.values(client, rows),
    }


def members(form: ClientForm) -> dict[str, Any]:
    """Return the members of the registration as the form has them.

    Raises:
        InvalidInput: the keys are no JSON.
    """
    return {
        **{name: form[name].data or None for name in client_fields.CHOSEN},
        "jwks": _jwks(form.jwks.data or ""),
        **{name: form[name].data for name in PLAIN if name in form},
        **{name: (form[name].data or "").strip() for name in TEXTS},
        **{name: (form[name].data or "").split() for name in LISTS if name in form},
        "scope": " ".join([*form.scope.allowed, *_further(form)]),
        "required_scopes": form.scope.required,
    }


def _further(form: ClientForm) -> list[str]:
    return (form.custom_scope.data or "").split() if CUSTOM in form else []


def _jwks(typed: str) -> Any:
    if not typed.strip():
        return None
    try:
        return parse_object(typed.encode())
    except BadJson:
        raise InvalidInput("jwks", gettext("This is no JSON.")) from None


def show_differences(form: ClientForm, client: Client) -> None:
    """Say at each field what somebody else has stored meanwhile, keeping what was typed."""
    for name, stored in _values(client, form.scope.rows).items():
        if name not in form:
            continue
        field: Field = form[name]
        if name != "version" and not _same(field.data, stored):
            field.errors = [gettext("Stored now: %(value)s", value=_words(stored))]
    form.version.data = str(client.version)


def _same(typed: Any, stored: Any) -> bool:
    if isinstance(typed, str) or isinstance(stored, str):
        return (typed or "").split() == (stored or "").split()
    return (typed or None) == (stored or None)


def _words(stored: Any) -> str:
    if isinstance(stored, bool):
        return str(_("on") if stored else _("off"))
    parts = stored if isinstance(stored, list) else str(stored or "").split()
    return (", " if isinstance(stored, list) else " ").join(parts) or str(_("nothing"))
