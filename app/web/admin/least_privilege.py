"""What an application is allowed against what it uses: take the rest away, and give it back."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import lazy_gettext as _
from wtforms import SelectMultipleField

from app.database import commit, rollback
from app.errors import InvalidInput
from app.models import Client
from app.services.clients import clients, least_privilege, scopes, sectors
from app.services.clients.client_schema import DEVICE_CODE
from app.services.clients.least_privilege import WINDOWS, Board, Line, StillUsed
from app.services.clients.uses import Fact, Kind
from app.services.people.roles import Permission
from app.web import access, forms
from app.web.access import needs
from app.web.admin.addresses import noon
from app.web.admin.clients import summary
from app.web.admin.entrance import administrator, blueprint, permits
from app.web.forms import Form

TITLES: dict[Kind, LazyString] = {
    Kind.SCOPE: _("What it may ask for"),
    Kind.GRANT: _("Ways to get tokens"),
    Kind.RESPONSE: _("Kinds of answer"),
    Kind.ADDRESS: _("Redirect addresses"),
}
GRANTS: dict[str, LazyString] = {
    "authorization_code": _("A person signs in"),
    DEVICE_CODE: _("A person types the code of a device"),
    "implicit": _("Tokens come through the browser"),
    "refresh_token": _("Stay signed in with refresh tokens"),
    "client_credentials": _("For itself, without a person"),
}


class TakeForm(Form):
    """What is to be taken away: kind and word of each, as the page showed them."""

    take = SelectMultipleField(validate_choice=False)


@blueprint.route("/applications/<client_id>/allowed", methods=["GET", "POST"])
@needs(Permission.READ_APPLICATIONS, to_write=Permission.CHANGE_APPLICATIONS)
def least_privilege_board(client_id: str) -> ResponseReturnValue:
    """Show what an application is allowed and uses, or take away what is ticked."""
    row, form, days = clients.get(client_id), TakeForm(), _days()
    if not form.validate_on_submit():
        return _page(row, form, days)
    taken = _facts(form.take.data or [])
    try:
        wanted = least_privilege.check(row, taken, days=days)
        commit()  # the sector may take seconds to answer
        sectors.check(wanted, before=row.registration)
        by, sets_policy = administrator().user_id, permits(Permission.CHANGE_POLICY)
        least_privilege.tighten(row, taken, days=days, by=by, sets_policy=sets_policy)
    except InvalidInput as fault:
        rollback()
        forms.blame(form, fault)
        return _page(clients.get(client_id), form, days), 422
    except StillUsed:
        rollback()
        form.form_errors.append(
            _("This is not so any more: look at what was used meanwhile. Nothing is taken away.")
        )
        return _page(clients.get(client_id), form, days), 409
    commit()
    return _back(client_id, days, "taken")


@blueprint.post("/applications/<client_id>/allowed/undo")
@needs(Permission.CHANGE_APPLICATIONS)
def give_back(client_id: str) -> ResponseReturnValue:
    """Give back what was taken away last."""
    row, sets_policy = clients.get(client_id), permits(Permission.CHANGE_POLICY)
    least_privilege.undo(row, by=administrator().user_id, sets_policy=sets_policy)
    commit()
    return _back(client_id, _days(), "given-back")


def _days() -> int:
    sent = request.values.get("days", "")
    return next((days for days in WINDOWS if str(days) == sent), WINDOWS[-1])


def _facts(sent: list[str]) -> set[Fact]:
    """Return what was ticked; what names no kind stands for nothing that could be taken."""
    kinds = {kind.value: kind for kind in TITLES}
    pairs = [value.partition(" ")[::2] for value in sent]
    return {(kinds[kind], name) for kind, name in pairs if kind in kinds}


def _back(client_id: str, days: int, done: str) -> ResponseReturnValue:
    here = url_for("admin.least_privilege_board", client_id=client_id, days=days, done=done)
    return redirect(here, 303)


def _page(row: Client, form: TakeForm, days: int) -> str:
    board = least_privilege.board(row, days=days)
    ticked = set(form.take.data or []) if form.is_submitted() else None
    return render_template(
        "admin/least_privilege.html",
        client=summary(row),
        form=form,
        days=days,
        windows=WINDOWS,
        parts=_parts(board, ticked),
        board=board,
        unused=len(board.unused),
        taken=_taken(row),
        may_change=access.permitted(Permission.CHANGE_APPLICATIONS, row.client_id),
        done=request.args.get("done", "") if request.method == "GET" else "",
    )


def _parts(board: Board, ticked: set[str] | None) -> list[dict[str, Any]]:
    found = []
    for kind, title in TITLES.items():
        lines = [_line(line, ticked) for line in board.lines if line.kind is kind]
        if lines:
            found.append({"id": kind.value, "title": title, "lines": lines})
    return found


def _line(line: Line, ticked: set[str] | None) -> dict[str, Any]:
    value = f"{line.kind.value} {line.name}"
    return {
        "value": value,
        "name": line.name,
        "title": _title(line),
        "is_address": line.kind is Kind.ADDRESS,
        "used_at": noon(line.used_on),
        "watched_since": noon(line.watched_since),
        "is_used": line.is_used,
        "is_unused": line.is_unused,
        "is_required": line.is_required,
        "is_ticked": line.is_unused if ticked is None else value in ticked,
    }


def _title(line: Line) -> Any:
    if line.kind is Kind.SCOPE:
        known = scopes.find(line.name)
        return known.title if known else ""
    return GRANTS.get(line.name, "") if line.kind is Kind.GRANT else ""


def _taken(row: Client) -> dict[str, Any] | None:
    last = least_privilege.last_taken(row)
    if last is None:
        return None
    may_undo = permits(Permission.CHANGE_POLICY) or not last.by_policy
    names = [name.partition(" ")[2] for name in last.names]
    return {"at": last.at, "names": names, "may_undo": may_undo}
