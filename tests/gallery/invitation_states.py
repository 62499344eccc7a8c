"""States of invitations: sent, listed, opened."""

from __future__ import annotations

from typing import Any

from app.web.admin.invitations import InviteForm
from app.web.login.invitation import InvitationForm
from tests.gallery.people import JANE, NAMELESS, Context, States, ago, told

INVITATIONS = [
    {
        "id": 1,
        "may_change": True,
        "email": "omar@example.org",
        "name": "Omar Haddad",
        "is_admin": True,
        "by": JANE.name,
        "sent_at": ago(hours=2),
        "expires_at": ago(days=-7),
    },
    {
        "id": 2,
        "may_change": True,
        "email": NAMELESS.email,
        "name": None,
        "is_admin": False,
        "by": None,
        "sent_at": ago(days=6),
        "expires_at": ago(days=-1),
    },
]


def _opened(**changes: Any) -> Context:
    known = {
        "form": InvitationForm(formdata=None, data={"name": "Omar Haddad"}),
        "email": "omar@example.org",
        "inviter": JANE.name,
        "is_admin": False,
        "password_length": 15,
    }
    return {**known, **changes}


def _opened_wrong() -> Context:
    form = InvitationForm(formdata=None)
    return _opened(
        form=told(form, password="This password appears in known leaks. Choose another.")
    )


def _invite(**faults: str) -> Context:
    form = InviteForm(formdata=None)
    return {"form": told(form, **faults) if faults else form, "days": 7}


def _list(**changes: Any) -> Context:
    return {"invitations": INVITATIONS, "done": "", "fault": "", **changes}


TAKEN = "There is an account with this email address already."
WAIT = "Too many tries. Wait 2 minutes, then try again."
STATES: States = (
    ("login/invitation.html", "plain", _opened),
    (
        "login/invitation.html",
        "names",
        lambda: _opened(form=InvitationForm(formdata=None, in_parts=True)),
    ),
    ("login/invitation.html", "administrator", lambda: _opened(is_admin=True)),
    ("login/invitation.html", "wrong", _opened_wrong),
    ("login/invitation.html", "has-account", lambda: _opened(form=None)),
    ("login/invitation.html", "over", lambda: _opened(form=None, email=None, inviter=None)),
    ("admin/invite.html", "plain", _invite),
    ("admin/invite.html", "taken", lambda: _invite(email=TAKEN)),
    ("admin/invitations.html", "some", lambda: _list(done="sent")),
    ("admin/invitations.html", "throttled", lambda: _list(fault=WAIT)),
    ("admin/invitations.html", "gone", lambda: _list(done="gone")),
    ("admin/invitations.html", "none", lambda: _list(invitations=[])),
)
