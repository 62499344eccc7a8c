"""States of deleting an account: asked for, kept, done by an administrator."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from app.web.account.delete import DeleteForm
from app.web.admin.delete_user import DeleteUserForm
from app.web.login.keep_account import KeepForm
from tests.gallery.people import JANE, LONG_NAME, NAMELESS, Context, States, ago, told

STANDS = "Type the address as it stands above."
LAST = "You are the last administrator. Make another one first."


def _own(*texts: str, **faults: str) -> Context:
    form = DeleteForm(formdata=None)
    filled = told(form, *texts, **faults) if texts or faults else form
    return {"form": filled, "email": JANE.email, "days": 14, "kept_days": 90}


def _keep(**changes: Any) -> Context:
    known = {
        "form": KeepForm(formdata=None),
        "interaction": "it_8fJ2",
        "client": LONG_NAME,
        "account": JANE,
        "due_at": ago(days=-11),
    }
    return {**known, **changes}


def _other(**faults: str) -> Context:
    form = DeleteUserForm(formdata=None)
    user = SimpleNamespace(id=1, name=JANE.name, email=JANE.email)
    return {"form": told(form, **faults) if faults else form, "user": user, "days": 14}


STATES: States = (
    ("account/delete.html", "plain", _own),
    ("account/delete.html", "wrong", lambda: _own(email=STANDS)),
    ("account/delete.html", "last-administrator", lambda: _own(LAST)),
    ("account/deleted.html", "plain", lambda: {"days": 14, "interaction": None}),
    ("login/keep_account.html", "app", _keep),
    (
        "login/keep_account.html",
        "own-account",
        lambda: _keep(client=None, interaction=None, account=NAMELESS),
    ),
    ("admin/delete_user.html", "plain", _other),
    (
        "admin/delete_user.html",
        "wrong",
        lambda: _other(reason="Write why the account is deleted.", email=STANDS),
    ),
)
