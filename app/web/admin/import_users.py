"""Import: a file of people, what would become of each, and the button that adds them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import FileField

from app.database import commit, rollback
from app.errors import InvalidInput
from app.jobs import email as email_job
from app.jobs import imports as import_job
from app.models import User, UserImport
from app.services.people import import_files, import_lines, imports, users
from app.services.people.import_lines import Judged, Outcome
from app.services.people.imports import StartedAlready
from app.services.people.roles import Permission
from app.settings import settings
from app.web import forms, guards, headers, unsent
from app.web.access import needs
from app.web.admin import lists
from app.web.admin.entrance import administrator, blueprint
from app.web.forms import Form

PAGE_SIZE = 100


class ImportForm(Form):
    """The file; all of it is checked before anything is written."""

    file = FileField(_("File"))


@blueprint.route("/users/import", methods=["GET", "POST"])
@needs(Permission.INVITE, recent=True)
def import_users() -> ResponseReturnValue:
    """Take a file and check it; nothing is written but what was read, for its maker alone."""
    form = ImportForm()
    if not form.validate_on_submit():
        return _form(form), 422 if form.is_submitted() else 200
    file = request.files.get("file")
    try:
        table = import_files.read(file.read() if file else b"")
    except InvalidInput as fault:
        forms.blame(form, fault)
        return _form(form), 422
    row = imports.keep(table, by=_me())
    commit()
    return redirect(url_for("admin.user_import", handle=row.id), 303)


@blueprint.get("/users/import/example.csv")
@needs(Permission.INVITE)
def import_example() -> ResponseReturnValue:
    """Answer with a file to begin with."""
    return _file("people.csv", import_files.example())


@blueprint.get("/users/import/<handle>")
@needs(Permission.INVITE)
def user_import(handle: str) -> ResponseReturnValue:
    """Show what would become of each line, how far the adding is, or what came of it."""
    return _page(imports.get(handle, by=administrator().user_id))


@blueprint.get("/users/import/<handle>/errors.csv")
@needs(Permission.INVITE)
def import_errors(handle: str) -> ResponseReturnValue:
    """Answer with the lines that have errors, to be mended and read again."""
    row = imports.get(handle, by=administrator().user_id)
    if row.started_at is not None:
        abort(404)  # the lines go as they are added
    judged = import_lines.judge(imports.opened(row).lines, by=_me())
    wrong = [(one.line, one.why) for one in judged if one.outcome is Outcome.WRONG]
    return _file("errors.csv", import_files.faulty(wrong))


@blueprint.post("/users/import/<handle>", endpoint="user_import_act")
@needs(Permission.INVITE, recent=True)
@unsent.belongs_to("admin.user_import")
def act_on_import(handle: str) -> ResponseReturnValue:
    """Add the people, or forget the file."""
    row = imports.get(handle, by=administrator().user_id)
    act = request.form.get("act")
    if act == "forget":
        imports.forget(row)
        commit()
        return redirect(url_for("admin.import_users"), 303)
    if act != "add":
        abort(400)
    try:
        imports.start(row, tells="tells" in request.form, address=guards.address())
    except StartedAlready:
        rollback()  # a second press: it counted once, and shows the same page
    else:
        commit()
        import_job.add_some(row.id)
        email_job.deliver_at_once()
    return redirect(url_for("admin.user_import", handle=handle), 303)


def _file(name: str, content: str) -> Response:
    return headers.as_file(Response(content, mimetype="text/csv"), name)


def _me() -> User:
    return users.get(administrator().user_id)


def _form(form: ImportForm) -> str:
    return render_template(
        "admin/import_users.html",
        form=form,
        columns=tuple(import_files.COLUMNS),
        most=import_files.MOST_LINES,
    )


def _page(row: UserImport) -> str:
    if row.started_at is not None:
        return _render(row)
    table = imports.opened(row)
    judged = import_lines.judge(table.lines, by=_me())
    counts = Counter(one.outcome for one in judged)
    show = lists.one_of("show", [outcome.value for outcome in Outcome])
    wanted = [one for one in judged if show in {"", one.outcome.value}]
    found = lists.paged(lambda page: (_cut(wanted, page), len(wanted)), PAGE_SIZE)
    return _render(
        row,
        lines=[_line(one) for one in found.rows],
        left_out=table.left_out,
        counts={outcome.value: counts[outcome] for outcome in Outcome},
        show=show,
        page=found.page,
        pages=found.pages,
    )


def _cut(wanted: list[Judged], page: int) -> list[Judged]:
    return wanted[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]


def _line(one: Judged) -> dict[str, Any]:
    """Return a line as the table shows it; names of groups as they are, once they are known."""
    line = one.line
    known = [group.name for group in one.groups]
    return {
        "number": line.number,
        "email": line.email,
        "name": one.name.name or line.name or f"{line.given_name} {line.family_name}".strip(),
        "language": line.language,
        "groups": known or import_files.groups_of(line.groups)[:5],
        "outcome": one.outcome.value,
        "why": one.why,
    }


def _render(row: UserImport, **seen: Any) -> str:
    state = "check" if row.started_at is None else "over" if row.is_over else "adding"
    known = {"lines": [], "left_out": (), "counts": {}, "show": "", "page": 1, "pages": 1}
    return render_template(
        "admin/user_import.html",
        state=state,
        handle=row.id,
        total=row.total,
        results={name: getattr(row, name) for name in ("taken", "added", "known", "wrong")},
        tells=row.tells,
        days=settings.invitation_lifetime.days or 1,
        **{**known, **seen},
    )
