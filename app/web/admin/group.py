"""One group: its name, what it demands, who belongs to it."""

from __future__ import annotations

import json
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import DataRequired

from app.database import commit, rollback
from app.models import Group, User
from app.services.people import accounts, claims, group_viewers, groups, roles
from app.services.people.group_viewers import Viewer
from app.services.people.groups import NameTaken
from app.services.people.roles import Permission
from app.web import unsent
from app.web.access import needs
from app.web.admin import lists
from app.web.admin.entrance import administrator, blueprint, permits
from app.web.admin.groups import NAME_TAKEN, GroupForm
from app.web.unsent import KeptForm


class MemberForm(KeptForm):
    """Whom to put into the group."""

    email = StringField(validators=[DataRequired(_("Enter the email address of a user."))])


@blueprint.get("/groups/<int:group_id>")
@needs(Permission.READ_GROUPS)
def group(group_id: int) -> ResponseReturnValue:
    """Show a group."""
    row = groups.get(group_id)
    return _page(row, GroupForm(obj=row), MemberForm())


@blueprint.post("/groups/<int:group_id>")
@needs(Permission.CHANGE_GROUPS)
@unsent.keeps(GroupForm)
def change_group(group_id: int) -> ResponseReturnValue:
    """Change its name and what it demands."""
    row, form = groups.get_to_change(group_id, by=administrator()), GroupForm()
    if not form.validate_on_submit():
        return _page(row, form, MemberForm(formdata=None)), 422
    try:
        groups.update(
            row,
            name=form.name.data,
            description=form.description.data or "",
            requires_second_step=form.requires_second_step.data,
            by=administrator().user_id,
        )
    except NameTaken:
        rollback()
        form.name.errors = [NAME_TAKEN]
        return _page(row, form, MemberForm(formdata=None)), 422
    commit()
    return _back(group_id, "saved")


@blueprint.post("/groups/<int:group_id>/members")
@needs(Permission.CHANGE_GROUPS)
@unsent.keeps(MemberForm)
def add_member(group_id: int) -> ResponseReturnValue:
    """Put a user into the group."""
    row, form = groups.get_to_change(group_id, by=administrator()), MemberForm()
    user = accounts.find_by_email(form.email.data) if form.validate_on_submit() else None
    if user is None:
        form.email.errors = form.email.errors or [_("No user has this address.")]
        return _page(row, GroupForm(formdata=None, obj=row), form), 422
    roles.check_may_change(user, by=administrator())
    groups.add_member(row, user, by=administrator().user_id)
    commit()
    return _back(group_id, "added")


@blueprint.post("/groups/<int:group_id>/members/<int:user_id>/remove")
@needs(Permission.CHANGE_GROUPS)
def remove_member(group_id: int, user_id: int) -> ResponseReturnValue:
    """Take a user out of the group."""
    row = groups.get_to_change(group_id, by=administrator())
    groups.remove_member(row, user_id, by=administrator().user_id)
    commit()
    return _back(group_id, "removed")


@blueprint.post("/groups/<int:group_id>/delete")
@needs(Permission.CHANGE_GROUPS)
def delete_group(group_id: int) -> ResponseReturnValue:
    """Delete the group; its members stay users."""
    row = groups.get_to_change(group_id, by=administrator())
    name = row.name
    groups.remove(row, by=administrator().user_id)
    commit()
    return redirect(url_for("admin.groups", deleted=name), 303)


def _back(group_id: int, done: str) -> ResponseReturnValue:
    return redirect(url_for("admin.group", group_id=group_id, done=done), 303)


def _page(row: Group, form: GroupForm, member_form: MemberForm) -> str:
    found = lists.paged(lambda page: groups.members(row, page=page), groups.PAGE_SIZE)
    changes, viewers = permits(Permission.CHANGE_GROUPS), group_viewers.of(row)
    return render_template(
        "admin/group.html",
        group={"id": row.id, "name": row.name},
        form=form,
        member_form=member_form,
        may_change=changes and groups.may_change(row, by=administrator()),
        members=found.rows,
        page=found.page,
        pages=found.pages,
        total=found.total,
        viewers=viewers,
        told=_told(row, next(iter(found.rows), None), viewers),
        done=request.args.get("done", "") if request.method == "GET" else "",
    )


def _told(row: Group, member: User | None, viewers: list[Viewer]) -> dict[str, Any]:
    """Return what stands in tokens for a member, under each claim that an application may get.

    By the code that issues; without a member, as for one who is in no other group.
    """
    names = dict.fromkeys(claim for viewer in viewers for claim in viewer.claims)
    values = {
        name: claims.value_of(member, name) if member else [row.name]
        for name in names or (group_viewers.SOURCE,)
    }
    return {
        "member": {"name": member.shown_name, "email": member.email} if member else None,
        "json": json.dumps(values, ensure_ascii=False, indent=2),
    }
