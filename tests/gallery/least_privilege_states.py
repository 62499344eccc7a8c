"""What an application is allowed against what it uses, in every state."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any

from app.services.clients import scopes
from app.services.clients.least_privilege import WINDOWS
from app.web.admin.least_privilege import GRANTS, TITLES, TakeForm
from tests.gallery.admin_states import client
from tests.gallery.people import Context, States, ago, told


def _line(kind: str, name: str, used_at: datetime | None, **changes: Any) -> Context:
    is_used = used_at is not None and used_at > ago(days=90)
    known = scopes.BY_NAME.get(name)
    return {
        "value": f"{kind} {name}",
        "name": name,
        "title": known.title if known else GRANTS.get(name, ""),
        "is_address": kind == "redirect_uris",
        "used_at": used_at,
        "watched_since": ago(days=200),
        "is_used": is_used,
        "is_unused": not is_used,
        "is_required": False,
        "is_ticked": not is_used,
        **changes,
    }


LINES = (
    _line("scope", "email", ago(days=1), is_required=True),
    _line("scope", "openid", ago(days=1), is_required=True),
    _line("scope", "phone", ago(days=130), is_required=True),
    _line("scope", "photos:read", None),
    _line("scope", "photos:write", None, is_unused=False, watched_since=ago(days=4)),
    _line("grant_types", "authorization_code", ago(days=1)),
    _line("grant_types", "refresh_token", None),
    _line("response_types", "code", ago(days=1)),
    _line("redirect_uris", "https://photos.example/callback", ago(days=1)),
    _line("redirect_uris", "https://staging.photos.example/oauth2/callback", None),
)


def board(lines: Any = LINES, **changes: Any) -> Context:
    parts = [
        {
            "id": kind.value,
            "title": title,
            "lines": [line for line in lines if line["value"].startswith(f"{kind.value} ")],
        }
        for kind, title in TITLES.items()
    ]
    unused = [line for line in lines if line["is_unused"]]
    known = {
        "client": client(),
        "form": TakeForm(formdata=None),
        "days": 90,
        "windows": WINDOWS,
        "parts": parts,
        "board": SimpleNamespace(
            is_used=any(line["is_used"] for line in lines),
            is_early=all(line["watched_since"] > ago(days=90) for line in lines),
        ),
        "unused": len(unused),
        "taken": None,
        "may_change": True,
        "done": "",
    }
    return {**known, **changes}


def _taken(**changes: Any) -> Context:
    names = ["phone", "photos:read", "https://staging.photos.example/oauth2/callback"]
    return {"at": ago(minutes=2), "names": names, "may_undo": True, **changes}


USED = tuple(line for line in LINES if line["is_used"])
EARLY = tuple(
    {**line, "is_unused": False, "watched_since": ago(days=4)}
    for line in LINES
    if line["used_at"] is None or line["is_used"]
)
UNTOUCHED = tuple(
    {**line, "is_used": False, "is_unused": True, "used_at": None, "watched_since": ago(days=200)}
    for line in LINES
)


def _changed_meanwhile() -> Context:
    form = TakeForm(formdata=None)
    told(form, take="This is not so any more: look at what was used meanwhile.")
    return board(form=form)


STATES: States = (
    ("admin/least_privilege.html", "unused", board),
    ("admin/least_privilege.html", "all-used", lambda: board(USED)),
    ("admin/least_privilege.html", "early", lambda: board(EARLY, days=30)),
    ("admin/least_privilege.html", "never-used", lambda: board(UNTOUCHED)),
    ("admin/least_privilege.html", "taken", lambda: board(USED, taken=_taken(), done="taken")),
    ("admin/least_privilege.html", "given-back", lambda: board(done="given-back")),
    (
        "admin/least_privilege.html",
        "taken-by-an-administrator",
        lambda: board(USED, taken=_taken(may_undo=False)),
    ),
    ("admin/least_privilege.html", "read-only", lambda: board(may_change=False)),
    ("admin/least_privilege.html", "changed-meanwhile", _changed_meanwhile),
)
