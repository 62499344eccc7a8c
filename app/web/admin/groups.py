"""Groups: the list, and a new one."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, StringField
from wtforms.validators import DataRequired, Length

from app.database import commit, rollback
from app.services.people import groups
from app.services.people.groups import NameTaken
from app.services.people.roles import Permission
from app.web import unsent
from app.web.access import needs
from app.web.admin import lists
from app.web.admin.entrance import administrator, blueprint
from app.web.unsent import KeptForm

NAME_TAKEN = _("There is a group with this name already.")


class GroupForm(KeptForm):
    """What a group is called, and what it demands."""

    name = StringField(
        validators=[
            DataRequired(_("Give the group a name.")),
            Length(max=100, message=_("Use 100 characters or fewer.")),
        ]
    )
    description = StringField(
        validators=[Length(max=300, message=_("Use 300 characters or fewer."))]
    )
    requires_second_step = BooleanField()


@blueprint.get("/groups", endpoint="groups")
@needs(Permission.READ_GROUPS)
def list_groups() -> ResponseReturnValue:
    """Show one page of the groups that the search finds."""
    wanted = lists.term("q")
    found = lists.paged(lambda page: groups.search(wanted, page=page), groups.PAGE_SIZE)
    return render_template(
        "admin/groups.html",
        groups=[
            {
                "id": group.id,
                "name": group.name,
                "description": group.description,
                "requires_second_step": group.requires_second_step,
                "size": size,
            }
            for group, size in found.rows
        ],
        q=wanted,
        page=found.page,
        pages=found.pages,
        deleted=request.args.get("deleted", "")[:100],
    )


@blueprint.route("/groups/new", methods=["GET", "POST"])
@needs(Permission.CHANGE_GROUPS)
@unsent.keeps(GroupForm)
def new_group() -> ResponseReturnValue:
    """Make a group; its page is where people are put into it."""
    form = GroupForm()
    if not form.validate_on_submit():
        status = 422 if form.is_submitted() else 200
        return render_template("admin/new_group.html", form=form), status
    try:
        made = groups.create(
            form.name.data,
            description=form.description.data or "",
            requires_second_step=form.requires_second_step.data,
            by=administrator().user_id,
        )
    except NameTaken:
        rollback()
        form.name.errors = [NAME_TAKEN]
        return render_template("admin/new_group.html", form=form), 422
    commit()
    return redirect(url_for("admin.group", group_id=made.id, done="made"), 303)
