"""Groups as administrators see them, in every state."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

from app.services.people.group_viewers import Viewer
from app.web.admin.group import MemberForm
from app.web.admin.groups import NAME_TAKEN, GroupForm
from tests.gallery.desk_states import USERS
from tests.gallery.people import JANE, LONG_NAME, Context, States, told

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


def _viewer(client_id: str, name: str, **changes: Any) -> Viewer:
    known = {"scopes": ("groups",), "claims": ("groups",), "members": 0}
    switches = {"is_disabled": False, "is_trusted": False}
    return Viewer(client_id=client_id, name=name, **{**known, **switches, **changes})


VIEWERS = [
    _viewer("8Qp4kzT1WcXa", "Photo Box", members=3),
    _viewer(
        "hT3kzT1WcXaq",
        LONG_NAME,
        scopes=("groups", "hr:read"),
        claims=("groups", "roles"),
        members=31,
        is_trusted=True,
    ),
    _viewer("k2mzT1WcXa9p", "Old Wiki", members=0, is_disabled=True),
]
TOLD = {
    "member": {"name": JANE.name, "email": JANE.email},
    "json": json.dumps({"groups": ["Board", "Finance"], "roles": ["Board", "Finance"]}, indent=2),
}


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
        "viewers": VIEWERS,
        "told": TOLD,
    }
    return {**known, **changes}


def _new() -> Context:
    told = {"member": None, "json": json.dumps({"groups": ["Board"]}, indent=2)}
    return group(members=[], total=0, pages=1, done="made", viewers=[], told=told)


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
    ("admin/group.html", "new", _new),
    ("admin/group.html", "unknown-member", _unknown_member),
)
