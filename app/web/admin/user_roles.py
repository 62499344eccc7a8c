"""The roles of a user: given and taken by an administrator, never by oneself."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField

from app.database import commit
from app.services.clients import owners
from app.services.people import roles, users
from app.services.people.roles import COLUMNS, Permission
from app.web import guards
from app.web.access import needs
from app.web.admin.entrance import administrator, blueprint
from app.web.forms import Form


class RolesForm(Form):
    """A tick for each role that can be given, under the name of its column."""

    is_admin = BooleanField()
    is_user_manager = BooleanField()
    is_auditor = BooleanField()


@blueprint.route("/users/<int:user_id>/roles", methods=["GET", "POST"])
@needs(Permission.GIVE_ROLES, recent=True)
def user_roles(user_id: int) -> ResponseReturnValue:
    """Show which roles somebody has, and let them have those that are ticked."""
    row, me = users.get(user_id), administrator()
    if row.id == me.user_id:
        raise roles.OwnRoles
    form = RolesForm(obj=row)
    if not form.validate_on_submit():
        return render_template(
            "admin/user_roles.html", form=form, user=row, owned=owners.of_user(row.id)
        )
    wanted = [role for role, column in COLUMNS.items() if form[column].data]
    roles.give(row, wanted, by=me.user_id, address=guards.address())
    commit()
    return redirect(url_for("admin.user", user_id=row.id, done="roles"), 303)
