"""Groups as administrators see them, in every state."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from app.web.admin.group import MemberForm
from app.web.admin.groups import NAME_TAKEN, GroupForm
from tests.gallery.desk_states import USERS
from tests.gallery.people import LONG_NAME, Context, States, told

GROUPS = [
    {
        "id": 1,
        "name": "Board",
        "description": "Who decides about money",
        "requires_second_step": True,
        "size": 7,
    },
    {
        "id": 2,
        "name": LONG_NAME,
        "description": "",
        "requires_second_step": False,
        "size": 12_480,
    },
]
KNOWN = SimpleNamespace(
    name="Board", description="Who decides about money", requires_second_step=True
)


def _groups(**changes: Any) -> Context:
    return {"groups": GROUPS, "q": "", "page": 1, "pages": 2, "deleted": "", **changes}


def group(**changes: Any) -> Context:
    known = {
        "group": {"id": 1, "name": "Board"},
        "form": GroupForm(formdata=None, obj=KNOWN),
        "member_form": MemberForm(formdata=None),
        "may_change": True,
        "members": USERS,
        "page": 1,
        "pages": 2,
        "total": 31,
        "done": "",
    }
    return {**known, **changes}


def _unknown_member() -> Context:
    form = told(MemberForm(formdata=None, data={"email": "zoe@example.org"}))
    form.email.errors = ["No user has this address."]
    return group(member_form=form)


def _name_taken() -> Context:
    return {"form": told(GroupForm(formdata=None, data={"name": "Board"}), name=NAME_TAKEN)}


STATES: States = (
    ("admin/groups.html", "some", _groups),
    ("admin/groups.html", "none", lambda: _groups(groups=[], pages=1, deleted="Board")),
    ("admin/groups.html", "nothing-found", lambda: _groups(groups=[], q="zebra", pages=1)),
    ("admin/new_group.html", "empty", lambda: {"form": GroupForm(formdata=None)}),
    ("admin/new_group.html", "name-taken", _name_taken),
    (
        "admin/new_group.html",
        "over",
        lambda: {"form": GroupForm(formdata=None), "idle_seconds": lambda _place: 0.5},
    ),
    ("admin/new_group.html", "back", lambda: {"form": GroupForm(formdata=None), "unsent": "back"}),
    ("admin/group.html", "some", group),
    ("admin/group.html", "new", lambda: group(members=[], total=0, pages=1, done="made")),
    ("admin/group.html", "unknown-member", _unknown_member),
)
