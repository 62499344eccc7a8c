"""The administration as those see it who are no administrators, and roles being given."""

from __future__ import annotations

from collections.abc import Callable

from app.web.admin.client import OwnerForm
from app.web.admin.user_roles import RolesForm
from tests.gallery.admin_states import CLIENTS, client_page, clients_page
from tests.gallery.desk_states import USERS, user, user_page, users
from tests.gallery.group_states import group
from tests.gallery.key_states import keys
from tests.gallery.people import NAMELESS, Context, States, holder, told
from tests.gallery.trace_states import mismatch

OWNERS = [
    user(is_admin=False, is_owner=True),
    user(id=2, name=None, email=NAMELESS.email, is_admin=False, is_owner=True),
]


def _roles(**changes: object) -> Context:
    ida = USERS[-1]
    return {"user": ida, "form": RolesForm(formdata=None, obj=ida), "owned": [], **changes}


def _no_such_owner() -> Context:
    form = told(OwnerForm(formdata=None, data={"email": "zoe@example.org"}))
    form.email.errors = ["No user has this address."]
    return client_page(owner_form=form, owners=OWNERS[1:])


def _as(page: Callable[..., Context], role: str, **changes: object) -> Callable[[], Context]:
    return lambda: {**page(**changes), "current_user": holder(**{role: True})}


ADDED: Context = {"owners": OWNERS, "saved": "owner-added", "saved_in": "owners"}

STATES: States = (
    ("admin/user_roles.html", "some", _roles),
    ("admin/user_roles.html", "owner", lambda: _roles(owned=CLIENTS)),
    ("admin/client.html", "owners", lambda: client_page(**ADDED)),
    ("admin/client.html", "no-such-owner", _no_such_owner),
    ("admin/client.html", "own", _as(client_page, "is_owner", owners=OWNERS)),
    ("admin/client.html", "audited", _as(client_page, "is_auditor", may_save=False)),
    ("admin/clients.html", "none-own", _as(clients_page, "is_owner", clients=[], pages=1)),
    ("admin/attempt.html", "own", _as(mismatch, "is_owner")),
    ("admin/users.html", "managed", _as(users, "is_user_manager")),
    ("admin/user.html", "managed", _as(user_page, "is_user_manager")),
    (
        "admin/user.html",
        "stronger",
        _as(user_page, "is_user_manager", user=USERS[-1], may_change=False),
    ),
    ("admin/user.html", "audited", _as(user_page, "is_auditor", may_change=False)),
    (
        "admin/group.html",
        "stronger",
        _as(group, "is_user_manager", may_change=False),
    ),
    ("admin/keys.html", "audited", _as(keys, "is_auditor")),
)
