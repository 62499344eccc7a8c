"""Take along everything that is kept about oneself."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Response, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.database import commit, rollback
from app.services.people import export_files, exports, users
from app.services.people.export_files import FileGone
from app.web import access, guards, headers
from app.web.access import ANYONE, RECENT, needs
from app.web.account.desk import blueprint, show, somebody
from app.web.forms import Form
from app.web.mailed_links import MailedLink

#: The cookie lives as long as somebody may take to sign in; the link itself lives longer.
LINK = MailedLink("sealwax-export", timedelta(hours=1))


class FileForm(Form):
    """Nothing but the press of a button."""


@blueprint.get("/data")
@needs(RECENT)
def data() -> ResponseReturnValue:
    """Say what there is."""
    person = somebody()
    return show("account/data.html", file=export_files.of_user(person.user_id), email=person.email)


@blueprint.post("/data")
@needs(RECENT)
def download() -> ResponseReturnValue:
    """Answer with all of it, as a file; a POST, so that nobody is led to it by a link.

    What takes too long to be made while a browser waits is made by a job, and a link is mailed.
    """
    user = users.get(somebody().user_id)
    if export_files.is_large(user):
        export_files.ask(user, address=guards.address())
        commit()
        return redirect(url_for("account.data"), 303)
    answer = jsonify(exports.of(user))
    commit()
    return _as_file(answer)


@blueprint.route("/data/file", methods=["GET", "POST"])
@needs(ANYONE)
def data_file() -> ResponseReturnValue:
    """Take the link from the mail; its token goes no further, not even to the sign-in (RV04)."""
    if "token" in request.args:
        return LINK.put_away(request.args["token"], url_for("account.data_file"))
    return access.turned_away(RECENT) or _fetch()


def _fetch() -> ResponseReturnValue:
    """Answer with the file that was made, where the person is signed in whom it is about."""
    user, form = users.get(somebody().user_id), FileForm()
    try:
        file = export_files.find(user, LINK.token)
        if not form.validate_on_submit():
            return _page(form, until=file.expires_at), 422 if form.is_submitted() else 200
        answer = make_response(export_files.opened(file, address=guards.address()))
    except FileGone:
        rollback()
        return _page(None), 410
    answer.mimetype = "application/json"
    commit()
    return _as_file(answer)


def _as_file(answer: Response) -> Response:
    return headers.as_file(answer, "account.json")


def _page(form: FileForm | None, until: datetime | None = None) -> str:
    return render_template("account/data_file.html", form=form, until=until)
