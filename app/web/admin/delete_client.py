"""Delete an application: its name has to be typed."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import StringField

from app.database import commit
from app.services.clients import clients
from app.services.people.roles import Permission
from app.web.access import needs
from app.web.admin.clients import summary
from app.web.admin.entrance import administrator, blueprint
from app.web.forms import Form


class DeleteForm(Form):
    """The name of what goes, typed."""

    name = StringField(_("Name of the application"))


@blueprint.route("/applications/<client_id>/delete", methods=["GET", "POST"])
@needs(Permission.DELETE_APPLICATIONS)
def delete_client(client_id: str) -> ResponseReturnValue:
    """Ask for the name, then delete the application with everything issued to it."""
    row = clients.get(client_id)
    form = DeleteForm()
    name = row.name
    if form.is_submitted() and form.validate():
        if " ".join((form.name.data or "").split()) == " ".join(name.split()):
            clients.delete(row, by=administrator().user_id)
            commit()
            return redirect(url_for("admin.clients", deleted=name), 303)
        form.name.errors = [_("Type the name as it stands above.")]
    page = render_template(
        "admin/delete_client.html", client=summary(row), people=clients.people(row), form=form
    )
    return page, 422 if form.is_submitted() else 200
