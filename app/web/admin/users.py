"""Users: the list, with its search and filter."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from app.services.people import users
from app.services.people.roles import Permission
from app.web.access import needs
from app.web.admin import lists
from app.web.admin.entrance import blueprint


@blueprint.get("/users", endpoint="users")
@needs(Permission.READ_USERS)
def list_users() -> ResponseReturnValue:
    """Show one page of the users that the search finds."""
    wanted, show = lists.term("q"), lists.one_of("show", tuple(users.SHOWN))
    found = lists.paged(lambda page: users.search(wanted, show=show, page=page), users.PAGE_SIZE)
    return render_template(
        "admin/users.html",
        users=found.rows,
        q=wanted,
        show=show,
        page=found.page,
        pages=found.pages,
        total=found.total,
    )
