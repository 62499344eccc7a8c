"""One application: look at it, change it, turn it off and on."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import DataRequired

from app.database import commit, rollback
from app.errors import Conflict, InvalidInput
from app.models import Client, LogoutNotice
from app.services.authorization import logouts, stories
from app.services.clients import clients, overview, owners, sectors, uses
from app.services.people.roles import Permission
from app.settings import settings
from app.web import access, forms, unsent
from app.web.access import needs
from app.web.admin import addresses, client_form, client_sections, health, sentences
from app.web.admin.addresses import noon
from app.web.admin.client_form import SectionForm
from app.web.admin.clients import summary
from app.web.admin.entrance import administrator, blueprint, permits
from app.web.admin.new_client import discovery_url
from app.web.forms import Form

NEWEST = 5
#: Methods that send the secret itself.
PRESENTED = frozenset({"client_secret_basic", "client_secret_post"})


class OwnerForm(Form):
    """Who is to look after the application."""

    email = StringField(validators=[DataRequired(_("Enter the email address of a user."))])


@blueprint.route("/applications/<client_id>", methods=["GET", "POST"])
@needs(Permission.READ_APPLICATIONS, to_write=Permission.CHANGE_APPLICATIONS)
@unsent.keeps(client_sections.wanted)
def client(client_id: str) -> ResponseReturnValue:
    """Show an application, or save the section that was sent."""
    row, kind = clients.get(client_id), client_sections.wanted()
    if request.method != "POST":
        return page(row)
    if kind is None:
        raise InvalidInput("section", "Say which section of the application this is.")
    form = client_form.form_of(kind, row, sets_policy=_sets_policy())
    if not form.validate():
        return page(row, form), 422
    if client_form.is_outdated(form, row, sets_policy=_sets_policy()):
        return _changed_meanwhile(row, form)
    try:
        _save(row, form.members())
    except InvalidInput as fault:
        rollback()
        _blame(form, fault)
        return page(clients.get(client_id), form), 422
    except Conflict:
        rollback()
        return _changed_meanwhile(clients.get(client_id), form)
    commit()
    return back_to(client_id, "saved", kind.section)


def _save(row: Client, members: dict[str, Any]) -> None:
    version, wanted = row.version, clients.proposed(row, members)
    if not _sets_policy():
        owners.check_change(row, wanted)
    commit()  # the sector may take seconds to answer
    sectors.check(wanted, before=row.registration)
    clients.update(row, members, version=version, by=administrator().user_id)


def _sets_policy() -> bool:
    return permits(Permission.CHANGE_POLICY)


def _blame(form: SectionForm, fault: InvalidInput) -> None:
    """Show a refusal at its field, or above the form with the section that holds the field."""
    kind = client_sections.holding(fault.field)
    if fault.field in form or kind is None:
        forms.blame(form, fault)
        return
    where = {"section": kind.title, "field": client_sections.label(fault.field)}
    text = gettext("%(section)s, %(field)s: %(fault)s", fault=fault.public, **where)
    form.form_errors.append(text)


def _changed_meanwhile(row: Client, form: SectionForm) -> ResponseReturnValue:
    text = gettext(
        "Somebody else changed this application while you did. Nothing of yours is saved yet: "
        "look at the marked fields, then save again."
    )
    form.form_errors.append(text)
    client_form.show_differences(form, row, sets_policy=_sets_policy())
    return page(row, form), 409


@blueprint.post("/applications/<client_id>/off")
@needs(Permission.SWITCH_APPLICATIONS)
def turn_off(client_id: str) -> ResponseReturnValue:
    """Refuse the application from now on."""
    clients.turn_off(clients.get(client_id), by=administrator().user_id)
    commit()
    return back_to(client_id, "off")


@blueprint.post("/applications/<client_id>/on")
@needs(Permission.SWITCH_APPLICATIONS)
def turn_on(client_id: str) -> ResponseReturnValue:
    """Let the application work again."""
    clients.turn_on(clients.get(client_id), by=administrator().user_id)
    commit()
    return back_to(client_id, "on")


def back_to(client_id: str, done: str, section: str | None = None) -> ResponseReturnValue:
    """Return to the page of an application, which says in that section what was done."""
    target = url_for(
        "admin.client", client_id=client_id, done=done, section=section, _anchor=section
    )
    return redirect(target, 303)


def page(row: Client, sent: SectionForm | None = None, owner_form: OwnerForm | None = None) -> str:
    """Return the page of an application, with what was wrong in one of its forms."""
    used = overview.last_sign_ins([row.id])
    newest = stories.latest(client_id=row.client_id, most=NEWEST)
    notices = logouts.latest(row)
    return render_template(
        "admin/client.html",
        client={**summary(row), "last_used_at": used.get(row.id)},
        sections=_sections(row, sent, is_fresh=sent is not None or owner_form is not None),
        sent=sent,
        owner_form=owner_form or OwnerForm(formdata=None),
        owners=owners.of_client(row),
        me=administrator().user_id,
        may_save=access.permitted(Permission.CHANGE_APPLICATIONS, row.client_id),
        secrets=_secrets(row),
        most_secrets=clients.MOST_SECRETS,
        issuer=settings.issuer,
        discovery_url=discovery_url(),
        people=clients.people(row),
        notices=[_notice(told) for told in notices],
        has_notices=bool(row.setting("backchannel_logout_uri")),
        attempts=[sentences.line(story) for story in newest],
        uses=addresses.of(row),
        findings=health.findings(row, notices),
        saved=request.args.get("done", "") if request.method == "GET" else "",
        saved_in=request.args.get("section", ""),
    )


def _sections(row: Client, sent: SectionForm | None, *, is_fresh: bool) -> list[SectionForm]:
    """Return the form of each section; a fresh one does not look at what was sent for another."""
    made = partial(client_form.form_of, client=row, sets_policy=_sets_policy(), fresh=is_fresh)
    return [
        sent if sent is not None and isinstance(sent, kind) else made(kind)
        for kind in client_sections.SECTIONS
    ]


def _secrets(row: Client) -> list[dict[str, Any]]:
    """Return the living secrets; the use of one that only signs is not told apart."""
    alive = {uses.of_secret(kept): kept for kept in row.secrets if kept.is_alive}
    days = uses.of(row, alive)
    return [
        {
            "id": kept.id,
            "ending": kept.ending,
            "created_at": kept.created_at,
            "expires_at": kept.expires_at,
            "used_at": noon(days[fact].used_on),
            "is_watched": row.setting("token_endpoint_auth_method") in PRESENTED,
        }
        for fact, kept in alive.items()
    ]


def _notice(told: LogoutNotice) -> dict[str, Any]:
    return {
        "at": told.created_at,
        "is_test": told.is_test,
        "is_delivered": told.delivered_at is not None,
        "is_given_up": told.given_up_at is not None,
        "tries": told.tries,
        "fault": told.last_fault,
        "due_at": told.due_at,
    }
