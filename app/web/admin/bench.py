"""Test bench: run a whole sign-in for an application, and see whether its addresses answer.

A run is for oneself or for a test person, never for anybody else; what it issues is erased before
the page is shown, and the page holds claims, not tokens.
"""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from app.database import commit, rollback
from app.errors import NotFound, Refused
from app.models import Client, User
from app.oidc import request_lint
from app.oidc.bench import Run
from app.oidc.bench_device import DeviceRun
from app.oidc.bench_exchange import Exchange
from app.oidc.preview import CODE, DEVICE, OWN, WAYS
from app.oidc.request import LONGEST, LONGEST_OF
from app.services.authorization import bench_runs
from app.services.clients import address_checks, clients, scopes
from app.services.people import people_for_tests, users
from app.services.people.people_for_tests import TooMany
from app.services.people.roles import Permission
from app.services.upkeep import audit
from app.services.upkeep.audit import Event
from app.web.access import needs
from app.web.admin import bench_code, bench_sentences, request_sentences
from app.web.admin.client_fields import TicksField
from app.web.admin.entrance import administrator, blueprint, permits
from app.web.admin.preview import WAY_WORDS, scope_choices
from app.web.forms import Form

MYSELF, NOBODY = "me", "nobody"
#: What may be added to the request; whatever is typed is sent, for the endpoint to judge.
MORE = ("prompt", "max_age", "acr_values", "login_hint", "claims")
#: What prompt makes the person see; of the test people nobody signs up.
PROMPTS = {
    "": _("Nothing in particular"),
    "none": _("No page at all"),
    "login": _("The sign-in, once more"),
    "consent": _("The consent page"),
    "select_account": _("The choice of an account"),
}
LONGEST_REQUEST = LONGEST * 2
LONGEST_NAME = 60


class RunForm(Form):
    """For whom, and what is asked for."""

    who = SelectField(_("As whom"), description=_("Yourself, or somebody who does not exist."))
    way = SelectField(
        _("Signed in with"),
        choices=[SelectChoice(name, words) for name, words in WAY_WORDS.items()],
    )
    scope = TicksField(_("Scopes"))
    prompt = SelectField(
        _("What they must see"),
        default="",
        choices=[SelectChoice(name, words) for name, words in PROMPTS.items()],
    )
    max_age = StringField(_("Seconds a sign-in counts"), validators=[Length(max=LONGEST)])
    acr_values = StringField(
        _("Levels that are wanted"), validators=[Length(max=LONGEST_OF["acr_values"])]
    )
    login_hint = StringField(
        _("Address to fill in"), validators=[Length(max=LONGEST_OF["login_hint"])]
    )
    claims = TextAreaField(
        _("Single claims"),
        validators=[Length(max=LONGEST_OF["claims"])],
        description=_("As JSON. What is typed here is sent as it is: a mistake shows its refusal."),
    )


class RequestForm(Form):
    """A request that the application has made itself."""

    address = TextAreaField(
        _("Address or query"),
        validators=[
            DataRequired(_("Paste the address that the application sends browsers to.")),
            Length(max=LONGEST_REQUEST, message=_("It is longer than any request may be.")),
        ],
        description=_("Where the application sends browsers. It is looked at and forgotten."),
    )


class PersonForm(Form):
    """The name of a new test person."""

    name = StringField(
        _("Name"), validators=[DataRequired(_("Give the person a name.")), Length(max=LONGEST_NAME)]
    )


@blueprint.get("/applications/<client_id>/bench", endpoint="bench")
@needs(Permission.READ_APPLICATIONS)
def show_bench(client_id: str) -> ResponseReturnValue:
    """Show the bench."""
    row = clients.get(client_id)
    return _page(row, _form(row))


@blueprint.post("/applications/<client_id>/bench", endpoint="bench_run")
@needs(Permission.CHANGE_APPLICATIONS)
def run_bench(client_id: str) -> ResponseReturnValue:
    """Run a sign-in and show everything that happened."""
    row = clients.get(client_id)
    form = _form(row)
    if not form.validate():
        return _page(row, form), 422
    try:
        user = _user(form.who.data)
        exchanges = _run(row, user, form)
    except Refused as refused:
        rollback()
        form.who.errors = [refused.public]
        return _page(clients.get(client_id), form), 422
    row = clients.get(client_id)
    user_id = user.id if user and permits(Permission.READ_USERS) else None
    told = [
        bench_sentences.exchange(exchange, client=row, user_id=user_id) for exchange in exchanges
    ]
    return _page(row, form, exchanges=told, report=bench_code.report(exchanges, row))


@blueprint.post("/applications/<client_id>/bench/request")
@needs(Permission.CHANGE_APPLICATIONS)
def bench_request(client_id: str) -> ResponseReturnValue:
    """Read a request that the application has made: each parameter, and what may be wrong."""
    row, form = clients.get(client_id), RequestForm()
    if not form.validate():
        return _page(row, _form(row, sent=False), request_form=form), 422
    pairs, faults = request_lint.read(form.address.data)
    asked = {
        "members": request_sentences.explained(request_lint.veiled(pairs)),
        "lint": request_sentences.lint_lines([*faults, *request_lint.lint(pairs, row)]),
    }
    return _page(row, _form(row, sent=False), asked=asked)


@blueprint.post("/applications/<client_id>/bench/person")
@needs(Permission.CHANGE_USERS)
def bench_person(client_id: str) -> ResponseReturnValue:
    """Make a test person."""
    row, form = clients.get(client_id), PersonForm()
    if not form.validate():
        return _page(row, _form(row, sent=False), person_form=form), 422
    try:
        people_for_tests.make(form.name.data, by=administrator().user_id)
    except TooMany as refused:
        form.name.errors = [refused.public]
        return _page(row, _form(row, sent=False), person_form=form), 422
    commit()
    return redirect(url_for("admin.bench", client_id=client_id, done="person"), 303)


@blueprint.post("/applications/<client_id>/bench/addresses")
@needs(Permission.CHANGE_APPLICATIONS)
def bench_addresses(client_id: str) -> ResponseReturnValue:
    """Ask the addresses of the application, and show what they answered."""
    row = clients.get(client_id)
    commit()  # others may take seconds to answer
    found = [bench_sentences.asked_address(checked) for checked in address_checks.check(row)]
    row = clients.get(client_id)
    return _page(row, _form(row, sent=False), addresses=found)


def _run(row: Client, user: User | None, form: RunForm) -> list[Exchange]:
    """Run it, each step durable before the next as it is for everybody; erase what it issued."""
    by, client_id, done = administrator().user_id, row.client_id, []
    person = bench_runs.open(user, by=by, amr=WAYS[form.way.data]) if user else None
    more = {name: typed for name in MORE if (typed := (form[name].data or "").strip())}
    commit()
    asked = scopes.join(form.scope.data)
    is_device = person is not None and not row.check_grant_type(CODE)
    run = DeviceRun(client_id, asked, person) if is_device else Run(client_id, asked, person, more)
    try:
        for exchange in run.steps():
            done.append(exchange)
            commit()
    finally:
        rollback()
        run.end()
        if person is not None:
            bench_runs.erase(person.session_id)
        audit.record(
            Event.CLIENT_TRIED,
            actor_id=by,
            client_id=client_id,
            person=person.user_id if person else None,
            worked=bool(done) and all(exchange.worked for exchange in done),
        )
        commit()
    return done


def _user(who: str) -> User | None:
    """Return whom it is run for, None for the application itself.

    Raises:
        Refused: there is no such person any more.
    """
    if who == NOBODY:
        return None
    try:
        return users.get(administrator().user_id if who == MYSELF else int(who))
    except NotFound as gone:
        raise Refused(gone.public) from None


def _form(row: Client, *, sent: bool = True) -> RunForm:
    allowed = scopes.join(row.scopes).split()
    start = {"scope": [name for name in allowed if scopes.is_offered(name, row) != "off"]}
    form = RunForm(data=start) if sent else RunForm(formdata=None, data=start)
    form.who.choices = [SelectChoice(value, words) for value, words in _people(row)]
    form.scope.choices = scope_choices(allowed)
    return form


def _has_people(row: Client) -> bool:
    return row.check_grant_type(CODE) or row.check_grant_type(DEVICE)


def _people(row: Client) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if _has_people(row):
        found.append((MYSELF, gettext("You: %(email)s", email=administrator().email)))
        found += [(str(one.id), one.shown_name) for one in people_for_tests.listed()]
    if row.check_grant_type(OWN):
        found.append((NOBODY, gettext("Nobody: the application itself")))
    return found


def _page(row: Client, form: RunForm, **shown: Any) -> str:
    """Return the page; `shown` is what templates/admin/bench.html shows beside the forms."""
    nothing = {"exchanges": None, "addresses": None, "asked": None, "report": ""}
    forms = {
        "person_form": PersonForm(formdata=None),
        "request_form": RequestForm(formdata=None),
    }
    return render_template(
        "admin/bench.html",
        client={
            "client_id": row.client_id,
            "name": row.name,
            "has_notices": bool(row.setting("backchannel_logout_uri")),
            "has_people": _has_people(row),
            "sends_browsers": row.check_grant_type(CODE),
        },
        form=form,
        has_more=any(form[name].data for name in MORE),
        done=request.args.get("done", "") if request.method == "GET" else "",
        **{**nothing, **forms, **shown},
    )
