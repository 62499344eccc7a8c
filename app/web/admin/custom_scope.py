"""A scope that administrators have made: make, change, turn off, delete one."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import FieldList, FormField, RadioField, SelectField, StringField
from wtforms import Form as PlainForm

from app.database import commit, rollback
from app.errors import InvalidInput
from app.models import CustomScope
from app.services.authorization import scope_consents
from app.services.clients import custom_scopes
from app.services.clients.custom_scopes import SOURCES, Draft
from app.services.clients.scopes import Words
from app.services.people.roles import Permission
from app.services.upkeep.languages import LANGUAGES
from app.web.access import needs
from app.web.admin.client_fields import choices
from app.web.admin.entrance import administrator, blueprint
from app.web.forms import Form, blame
from app.web.languages import OWN_NAMES

RIGHT_TO_LEFT = frozenset({"ar"})
#: Claims that can be added at once; more come with the next save.
BLANK_ROWS = 3


class ClaimForm(PlainForm):
    """One claim: its name, and the standard claim whose value it has."""

    claim = StringField(_("Claim"))
    source = SelectField(
        _("Value"), choices=choices(("", "-"), *((name, name) for name in SOURCES))
    )


class ScopeForm(Form):
    """The name on the wire, the words people read, and what it gives."""

    name = StringField(_("Name"))
    title_en = StringField("English")
    title_fr = StringField("Français")
    title_de = StringField("Deutsch")
    title_es = StringField("Español")
    title_ar = StringField("العربية")
    starts = RadioField(
        _("On the consent page"),
        choices=choices(("on", _("Starts ticked")), ("off", _("Starts unticked"))),
        default="on",
    )
    claims = FieldList(FormField(ClaimForm), max_entries=custom_scopes.MOST_CLAIMS + BLANK_ROWS)


class DeleteScopeForm(Form):
    """The name of what goes, typed."""

    name = StringField(_("Name of the scope"))


@blueprint.route("/scopes/new", methods=["GET", "POST"])
@needs(Permission.CHANGE_SCOPES)
def new_scope() -> ResponseReturnValue:
    """Make a scope; `?name=` proposes a word that applications use already."""
    form = ScopeForm(data={"name": request.args.get("name", "")[:100]})
    if form.validate_on_submit():
        try:
            made = custom_scopes.make(_draft(form), by=administrator().user_id)
        except InvalidInput as error:
            _refuse(form, error)
        else:
            commit()
            return _back(made.id, "made")
    _make_room(form)
    status = 422 if form.is_submitted() else 200
    return render_template("admin/new_scope.html", form=form, titles=_titles(form)), status


@blueprint.get("/scopes/own/<int:scope_id>")
@needs(Permission.READ_SCOPES)
def scope(scope_id: int) -> ResponseReturnValue:
    """Show a scope."""
    return _page(custom_scopes.get(scope_id), None)


@blueprint.post("/scopes/own/<int:scope_id>", endpoint="change_scope")
@needs(Permission.CHANGE_SCOPES)
def change(scope_id: int) -> ResponseReturnValue:
    """Change it; when it gives more than before, everybody is asked again."""
    row, form = custom_scopes.get(scope_id), ScopeForm()
    if not form.validate_on_submit():
        return _page(row, form), 422
    try:
        gives_more = custom_scopes.change(row, _draft(form), by=administrator().user_id)
    except InvalidInput as error:
        _refuse(form, error)
        return _page(custom_scopes.get(scope_id), form), 422
    if gives_more:
        scope_consents.take_back(row.name)
    commit()
    return _back(scope_id, "asked" if gives_more else "saved")


@blueprint.post("/scopes/own/<int:scope_id>/off")
@needs(Permission.CHANGE_SCOPES)
def turn_scope_off(scope_id: int) -> ResponseReturnValue:
    """Give the scope to nobody any more."""
    custom_scopes.turn_off(custom_scopes.get(scope_id), by=administrator().user_id)
    commit()
    return _back(scope_id, "off")


@blueprint.post("/scopes/own/<int:scope_id>/on")
@needs(Permission.CHANGE_SCOPES)
def turn_scope_on(scope_id: int) -> ResponseReturnValue:
    """Give the scope again."""
    row, form = custom_scopes.get(scope_id), None
    try:
        custom_scopes.turn_on(row, by=administrator().user_id)
    except InvalidInput as error:
        form = _form_of(row)
        _refuse(form, error)
        return _page(row, form), 422
    commit()
    return _back(scope_id, "on")


@blueprint.route("/scopes/own/<int:scope_id>/delete", methods=["GET", "POST"])
@needs(Permission.CHANGE_SCOPES)
def delete_scope(scope_id: int) -> ResponseReturnValue:
    """Say what would break, ask for the name, then delete the scope everywhere."""
    row, form = custom_scopes.get(scope_id), DeleteScopeForm()
    name = row.name
    if form.validate_on_submit():
        if (form.name.data or "").strip() == name:
            custom_scopes.remove(row, by=administrator().user_id)
            scope_consents.take_back(name)
            commit()
            return redirect(url_for("admin.scopes", deleted=name), 303)
        form.name.errors = [_("Type the name as it stands above.")]
    page = render_template(
        "admin/delete_scope.html",
        form=form,
        scope=_told(row),
        users=custom_scopes.asking(name),
        people=scope_consents.people(name),
    )
    return page, 422 if form.is_submitted() else 200


def _page(row: CustomScope, form: ScopeForm | None) -> str:
    if form is None:
        form = _form_of(row)
    _make_room(form)
    return render_template(
        "admin/custom_scope.html",
        scope=_told(row),
        form=form,
        titles=_titles(form),
        previews=_previews(row),
        users=custom_scopes.asking(row.name),
        people=scope_consents.people(row.name),
        done=request.args.get("done", "") if request.method == "GET" else "",
    )


def _form_of(row: CustomScope) -> ScopeForm:
    return ScopeForm(
        formdata=None,
        data={
            "name": row.name,
            **{f"title_{language}": row.titles.get(language, "") for language in LANGUAGES},
            "starts": "on" if row.starts_on else "off",
            "claims": [{"claim": claim, "source": of} for claim, of in row.claims.items()],
        },
    )


def _make_room(form: ScopeForm) -> None:
    """Leave a few rows empty for claims to come."""
    empty = sum(1 for entry in form.claims if not entry.claim.data)
    for _row in range(BLANK_ROWS - empty):
        form.claims.append_entry({"claim": "", "source": ""})


def _draft(form: ScopeForm) -> Draft:
    rows = [((one.claim.data or "").strip(), one.source.data or "") for one in form.claims]
    return Draft(
        name=(form.name.data or "").strip(),
        titles={language: form[f"title_{language}"].data or "" for language in LANGUAGES},
        claims={claim: source for claim, source in rows if claim},
        starts_on=form.starts.data == "on",
    )


def _refuse(form: ScopeForm, error: InvalidInput) -> None:
    rollback()
    if error.field == "claims":  # a list has no place for a fault of its own
        form.form_errors.append(error.public)
    else:
        blame(form, error)


def _titles(form: ScopeForm) -> list[dict[str, Any]]:
    """Return the fields of the words, each with the direction it is written in."""
    return [
        {"field": form[f"title_{code}"], "language": code, "direction": _direction(code)}
        for code, _name in OWN_NAMES
    ]


def _previews(row: CustomScope) -> list[dict[str, Any]]:
    """Return the row of the consent page in every language."""
    words = Words(row.titles)
    return [
        {
            "language": code,
            "own_name": name,
            "direction": _direction(code),
            "is_translated": code in row.titles,
            "scope": {
                "name": f"preview-{code}",
                "title": words.read_in(code),
                "values": [f"{claim}: …" for claim in row.claims],
                "missing": "",
                "detail": "",
                "required": False,
                "needed": False,
                "checked": row.starts_on,
                "is_new": False,
                "already": False,
            },
        }
        for code, name in OWN_NAMES
    ]


def _direction(language: str) -> str:
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def _told(row: CustomScope) -> dict[str, Any]:
    return {"id": row.id, "name": row.name, "is_disabled": row.is_disabled}


def _back(scope_id: int, done: str) -> ResponseReturnValue:
    return redirect(url_for("admin.scope", scope_id=scope_id, done=done), 303)
