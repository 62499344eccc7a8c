"""Register an application: three decisions, then its settings with the secret, shown once."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

from app.database import commit, rollback
from app.errors import InvalidInput
from app.models import Client
from app.oidc import metadata
from app.security import secrets
from app.services.clients import client_metadata, clients
from app.services.clients.client_metadata import KINDS
from app.services.people.roles import Permission
from app.services.upkeep import once
from app.services.upkeep.once import SentAlready
from app.settings import settings
from app.web import forms, unsent
from app.web.access import needs
from app.web.admin import filled
from app.web.admin.clients import summary
from app.web.admin.entrance import administrator, blueprint
from app.web.admin.snippets import progress
from app.web.unsent import KeptForm

MORE = ("post_logout_redirect_uris", "client_uri", "trusted")
#: Kinds that nobody returns to: a device asks for its tokens itself.
WITHOUT_ADDRESSES = frozenset({"device", "machine"})
ENDPOINTS = (
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
    "end_session_endpoint",
    "introspection_endpoint",
    "revocation_endpoint",
    "device_authorization_endpoint",
)


class NewClientForm(KeptForm):
    """Three decisions; everything else has a good default."""

    once = HiddenField(default=secrets.new_id, validators=[DataRequired()])
    kind = RadioField(
        _("Kind"),
        choices=[SelectChoice(kind) for kind in KINDS],
        default="web",
        validators=[DataRequired(_("Choose what kind of application it is."))],
    )
    name = StringField(_("Name"), [DataRequired(_("Give the application a name."))])
    redirect_uris = TextAreaField(_("Redirect addresses"))
    post_logout_redirect_uris = TextAreaField(
        _("Addresses after sign-out"),
        description=_("Where people may land once they have signed out, one a line."),
    )
    client_uri = StringField(
        _("Home page"), description=_("Linked where people look for the application.")
    )
    trusted = BooleanField(
        _("Trusted"),
        description=_("People are not asked for permission. For your own applications only."),
    )


@blueprint.route("/applications/new", methods=["GET", "POST"])
@needs(Permission.REGISTER_APPLICATIONS)
@unsent.keeps(NewClientForm)
def new_client() -> ResponseReturnValue:
    """Register an application; the answer to the form itself is the only place of its secret."""
    form = NewClientForm()
    if not form.is_submitted():
        return _page(form)
    if not form.validate():
        return _page(form), 422
    try:
        once.spend(form.once.data)
        wanted = client_metadata.validate(_members(form))
        client, secret = clients.register(wanted, by=administrator().user_id)
    except InvalidInput as fault:
        rollback()
        forms.blame(form, fault, client_name="name")
        return _page(form), 422
    except SentAlready:
        rollback()
        return _sent_already(form)
    commit()
    return _created(client, secret)


def _members(form: NewClientForm) -> dict[str, Any]:
    members: dict[str, Any] = {
        **KINDS[form.kind.data],
        "client_name": form.name.data,
        "client_uri": (form.client_uri.data or "").strip(),
        "trusted": form.trusted.data,
    }
    if (
        form.kind.data not in WITHOUT_ADDRESSES
    ):  # the page hides the fields; what was typed before stays there
        for name in ("redirect_uris", "post_logout_redirect_uris"):
            members[name] = (form[name].data or "").split()
    return members


def _sent_already(form: NewClientForm) -> ResponseReturnValue:
    text = gettext(
        "This form was sent already, and the application is registered: look for it in the list. "
        "If its secret was lost, add another there."
    )
    form.form_errors.append(text)
    form.once.data = secrets.new_id()
    return _page(form), 409


def _page(form: NewClientForm) -> str:
    return render_template("admin/new_client.html", form=form, more=MORE)


def _created(client: Client, secret: str | None) -> str:
    document = metadata.document(settings)
    return render_template(
        "admin/client_created.html",
        client=summary(client),
        secret=secret,
        issuer=settings.issuer,
        discovery_url=discovery_url(),
        snippets=filled.all_of(client, secret),
        progress=progress(client),
        endpoints=[(name, document[name]) for name in ENDPOINTS if name in document],
    )


def discovery_url() -> str:
    """Return the address that most libraries need alone."""
    return f"{settings.issuer}/.well-known/openid-configuration"
