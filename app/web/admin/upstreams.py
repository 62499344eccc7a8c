"""Other providers that people may sign in with: the list, and a new one."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import PasswordField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

from app.database import commit, rollback
from app.errors import InvalidInput
from app.models import UpstreamProvider
from app.services.people import upstreams
from app.services.people.roles import Permission
from app.services.people.upstream_wishes import Wanted
from app.services.people.upstreams import ISSUERS, KINDS
from app.web import forms, unsent
from app.web.access import needs
from app.web.admin import lists
from app.web.admin.entrance import administrator, blueprint
from app.web.unsent import KeptForm

#: What a provider is called when its kind says enough.
NAMES = {"google": "Google", "microsoft": "Microsoft"}


class NewUpstreamForm(KeptForm):
    """Which provider, and what we are registered as there."""

    kind = RadioField(
        _("Kind"),
        choices=[SelectChoice(kind) for kind in KINDS],
        default="google",
        validators=[DataRequired(_("Choose who it is."))],
    )
    name = StringField(_("Name"))
    issuer = StringField(_("Issuer"))
    client_id = StringField(_("Client ID"), [DataRequired(_("Enter the client ID."))])
    secret = PasswordField(_("Client secret"), [DataRequired(_("Enter the client secret."))])


@blueprint.get("/upstreams", endpoint="upstreams")
@needs(Permission.READ_UPSTREAMS)
def list_upstreams() -> ResponseReturnValue:
    """Show every provider."""
    return render_template(
        "admin/upstreams.html",
        upstreams=[{**summary(row), "people": upstreams.people(row)} for row in upstreams.listed()],
        deleted=lists.term("deleted"),
    )


@blueprint.route("/upstreams/new", methods=["GET", "POST"])
@needs(Permission.CHANGE_UPSTREAMS)
@unsent.keeps(NewUpstreamForm)
def new_upstream() -> ResponseReturnValue:
    """Set a provider up; it is offered at once."""
    form = NewUpstreamForm()
    if request.method != "POST" or not form.validate():
        return _page(form), 422 if form.errors else 200
    kind = form.kind.data
    wanted = Wanted(
        name=" ".join((form.name.data or "").split()) or NAMES.get(kind, ""),
        issuer=(form.issuer.data or "").strip() or ISSUERS.get(kind, ""),
        client_id=form.client_id.data.strip(),
        secret=form.secret.data.strip(),
    )
    try:
        row = upstreams.create(kind, wanted, by=administrator().user_id)
    except InvalidInput as fault:
        rollback()
        forms.blame(form, fault)
        return _page(form), 422
    commit()
    return redirect(url_for("admin.upstream", slug=row.slug, done="created"), 303)


def summary(row: UpstreamProvider) -> dict[str, Any]:
    """Return what every page of a provider shows of it."""
    return {
        "slug": row.slug,
        "name": row.name,
        "kind": row.kind,
        "issuer": row.issuer,
        "is_enabled": row.is_enabled,
        "may_sign_up": row.may_sign_up,
        "has_secret": row.sealed_secret is not None,
        "redirect_uri": upstreams.redirect_uri(row.slug),
    }


def _page(form: NewUpstreamForm) -> str:
    addresses = {kind: upstreams.redirect_uri(upstreams.slug_of(kind)) for kind in ISSUERS}
    addresses["generic"] = upstreams.redirect_uri(str(_("NAME")))
    return render_template("admin/new_upstream.html", form=form, addresses=addresses)
