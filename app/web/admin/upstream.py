"""One provider: change it, look at it as a sign-in would, turn it off and on, delete it."""

from __future__ import annotations

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, IntegerField, PasswordField, StringField
from wtforms.validators import DataRequired, NumberRange

from app.database import commit, rollback
from app.errors import InvalidInput
from app.models import UpstreamProvider
from app.oidc.upstream import checking
from app.oidc.upstream.checking import Findings
from app.services.people import upstream_domains, upstreams
from app.services.people.roles import Permission
from app.services.people.upstream_wishes import CLAIMS, Wanted
from app.web import forms, unsent
from app.web.access import needs
from app.web.admin.entrance import administrator, blueprint
from app.web.admin.upstreams import summary
from app.web.unsent import KeptForm

ACTS = {"turn-off": (upstreams.turn_off, "off"), "turn-on": (upstreams.turn_on, "on")}
#: Fields that name a claim of the provider.
CLAIM_FIELDS = {f"claim_{name}": name for name in CLAIMS}


class UpstreamForm(KeptForm):
    """Everything that may be changed; an empty secret leaves the stored one."""

    name = StringField(_("Name"), [DataRequired(_("Give it a name."))])
    issuer = StringField(_("Issuer"), [DataRequired(_("Enter the issuer."))])
    client_id = StringField(_("Client ID"), [DataRequired(_("Enter the client ID."))])
    secret = PasswordField(_("Client secret"))
    domains = StringField(_("Email domains"))
    may_sign_up = BooleanField(_("Let new people in"))
    trusts_email = BooleanField(_("Believe its word about addresses"))
    scopes = StringField(_("Scopes"), [DataRequired(_("Write openid at least."))])
    claim_email = StringField(_("Claim with the address"))
    claim_email_verified = StringField(_("Claim that the address is verified"))
    claim_name = StringField(_("Claim with the name"))
    position = IntegerField(
        _("Place in the list"),
        [NumberRange(0, 1000, message=_("Enter a number from 0 to 1000."))],
        default=0,
    )


@blueprint.get("/upstreams/<slug>")
@needs(Permission.READ_UPSTREAMS)
def upstream(slug: str) -> ResponseReturnValue:
    """Show a provider."""
    row = upstreams.get(slug)
    return _page(row, _filled(row))


@blueprint.post("/upstreams/<slug>", endpoint="change_upstream")
@needs(Permission.CHANGE_UPSTREAMS)
@unsent.keeps(UpstreamForm)
def change(slug: str) -> ResponseReturnValue:
    """Change a provider."""
    row = upstreams.get(slug)
    form = UpstreamForm()
    if not form.validate():
        return _page(row, form), 422
    had_secret, was = row.sealed_secret is not None, row.issuer
    try:
        upstreams.change(row, _wanted(form), by=administrator().user_id)
    except InvalidInput as fault:
        rollback()
        forms.blame(form, fault)
        return _page(row, form), 422
    commit()
    lost = had_secret and row.sealed_secret is None and row.issuer != was
    done = "secret-cleared" if lost else "saved"
    return redirect(url_for("admin.upstream", slug=slug, done=done), 303)


@blueprint.post("/upstreams/<slug>/act", endpoint="upstream_act")
@needs(Permission.CHANGE_UPSTREAMS)
def act_on_upstream(slug: str) -> ResponseReturnValue:
    """Turn a provider off or on."""
    row = upstreams.get(slug)
    if request.form.get("act") not in ACTS:
        abort(400)
    act, done = ACTS[request.form["act"]]
    act(row, by=administrator().user_id)
    commit()
    return redirect(url_for("admin.upstream", slug=slug, done=done), 303)


@blueprint.post("/upstreams/<slug>/check")
@needs(Permission.CHANGE_UPSTREAMS)
def check_upstream(slug: str) -> ResponseReturnValue:
    """Look at the provider as a sign-in would, and say what was found."""
    row = upstreams.get(slug)
    opened = upstreams.opened(row)
    commit()
    return _page(row, _filled(row), checking.look(opened))


@blueprint.post("/upstreams/<slug>/delete")
@needs(Permission.CHANGE_UPSTREAMS)
def delete_upstream(slug: str) -> ResponseReturnValue:
    """Delete a provider, and forget who is linked to it."""
    row = upstreams.get(slug)
    name = row.name
    upstreams.delete(row, by=administrator().user_id)
    commit()
    return redirect(url_for("admin.upstreams", deleted=name), 303)


def _filled(row: UpstreamProvider) -> UpstreamForm:
    named = {**CLAIMS, **row.claims}
    mapped = {name: named[claim] for name, claim in CLAIM_FIELDS.items()}
    kept = ("name", "issuer", "client_id", "scopes", "may_sign_up", "trusts_email", "position")
    data = {**mapped, **{name: getattr(row, name) for name in kept}}
    data["domains"] = ", ".join(upstream_domains.of(row))
    return UpstreamForm(formdata=None, data=data) if request.form else UpstreamForm(data=data)


def _wanted(form: UpstreamForm) -> Wanted:
    return Wanted(
        name=" ".join(form.name.data.split()),
        issuer=form.issuer.data.strip(),
        client_id=form.client_id.data.strip(),
        secret=(form.secret.data or "").strip(),
        scopes=" ".join(form.scopes.data.split()),
        claims={
            claim: (form[name].data or "").strip() or claim for name, claim in CLAIM_FIELDS.items()
        },
        may_sign_up=form.may_sign_up.data,
        trusts_email=form.trusts_email.data,
        position=form.position.data,
        domains=upstream_domains.read(form.domains.data or ""),
    )


def _page(row: UpstreamProvider, form: UpstreamForm, found: Findings | None = None) -> str:
    return render_template(
        "admin/upstream.html",
        upstream=summary(row),
        form=form,
        people=upstreams.people(row),
        found=found,
        done=request.args.get("done", "") if request.method == "GET" else "",
    )
