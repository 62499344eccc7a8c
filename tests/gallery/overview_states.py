"""The overview and the audit log, quiet and busy."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from app.services.upkeep.figures import Figures
from app.web.admin import audit_words, chart
from app.web.admin.attention import Point
from app.web.admin.audit_form import NAMES
from app.web.admin.checklist import Task
from tests.gallery.people import JANE, LONG_NAME, NOON, Context, States, ago
from tests.gallery.trace_states import mismatch

HASH = "mB7sT2vK8yLw3RjUe5Ga6DoIiNqYtZMn4Xf9hPz0Qc1"
ROOT = {"name": "root@example.org", "url": "/admin/users/2"}
OWNER = {"name": JANE.email, "url": "/admin/users/1"}
PHOTOS = {"name": "Photo Box", "url": "/admin/applications/8Qp4kzT1WcXa"}


def row(number: int, event: str, sentence: str, **changes: Any) -> Context:
    """Return one row of the audit log."""
    known = {
        "id": number,
        "at": ago(minutes=7 * (900 - number)),
        "event": event,
        "sentence": sentence,
        "outcome": "ok",
        "by": OWNER,
        "about": None,
        "app": None,
        "address": "192.0.2.7",
        "reference": "",
    }
    return {**known, **changes}


ROWS = [
    row(899, "session.started", "Signed in"),
    row(
        898,
        "session.refused",
        "Sign-in refused",
        outcome="refused",
        by=None,
        about=OWNER,
        address="2001:db8:85a3:0:a1b2:8a2e:370:7334",
        reference="K7Q2-9FXM",
    ),
    row(897, "client.changed", "Application changed", by=ROOT, app=PHOTOS, address=""),
    row(896, "consent.given", "Access allowed to an application", app=PHOTOS),
    row(895, "group.member_added", "Added to a group", by=ROOT, about=OWNER, address=""),
    row(894, "key.rotated", "Signing key rotated", by=None, address=""),
    row(893, "session.ended", "Signed out", by={"name": "Deleted account", "url": None}),
    row(
        892,
        "client.deleted",
        "Application deleted",
        by=ROOT,
        app={"name": "t5zPq-V0Lr8KcYw2", "url": None},
        address="",
    ),
]
POINTS = [
    Point(
        "danger",
        "213 sign-ins were refused in the last hour.",
        "Show them",
        ("admin.audit", "/admin/audit"),
    ),
    Point(
        "danger",
        f"The secret of {LONG_NAME} has expired: nobody can sign in there.",
        "Add a secret",
        ("admin.client", "/admin/applications/1"),
    ),
    Point(
        "warning",
        "2 mails wait after a try that did not work.",
        "Look at the mail",
        ("admin.mails", "/admin"),
    ),
    Point(
        "info",
        "Turned off: Old Wiki, Print Shop.",
        "Turn on or delete",
        ("admin.clients", "/admin"),
    ),
]


def _figures(*, busy: bool) -> list[Context]:
    numbers = (
        ("Sign-ins", "4,812", "up from 4,377", "391 today"),
        ("Refused sign-ins", "1.2%", "up from 0.9%", "6 today"),
        ("New accounts", "37", "down from 52", "2 today"),
        ("Decisions about access", "118", "as in the week before", "9 today"),
    )
    nothing = ("0", "as in the week before", "0 today")
    return [
        {
            "label": label,
            "value": value if busy else nothing[0],
            "trend": trend if busy else nothing[1],
            "today": today if busy else nothing[2],
            "url": "/admin/audit?event=sign_ins",
        }
        for label, value, trend, today in numbers
    ]


def _lately(*, busy: bool) -> Figures:
    days = tuple(NOON.date() - timedelta(days=back) for back in range(27, -1, -1))
    weekday = (720, 745, 760, 710, 640, 190, 160)
    good = tuple(weekday[day.weekday()] + (day.day * 37) % 90 for day in days)
    bad = tuple(6 + (day.day * 13) % 17 + (90 if day.day == 20 else 0) for day in days)
    nothing = (0,) * len(days)
    return Figures(days, {"good": good if busy else nothing, "bad": bad if busy else nothing})


def _dashboard(*, busy: bool = True) -> Context:
    return {
        "points": POINTS if busy else [],
        "tasks": [],
        "figures": _figures(busy=busy),
        "chart": chart.of(_lately(busy=busy), "good", "bad"),
        "recent": ROWS if busy else [],
    }


def _tasks(*done: str) -> list[Task]:
    """Return what is left to do after the set-up."""
    return [
        Task(words, f"{words}, and the reason in one sentence of some length.", label,
             is_done=words in done, **place)
        for words, label, place in (
            ("Send a test mail", "Try it out", {"url": "/admin/mails"}),
            ("Register an application", "Register the first one", {"url": "/admin"}),
            ("Turn on the second step for administrators", "Set it up", {"url": "/account"}),
            ("Back up the keys", "I have a copy", {"act": "copied"}),
        )
    ]  # fmt: skip


def _audit(**changes: Any) -> Context:
    nothing = dict.fromkeys(NAMES, "")
    presets = [
        {"words": words, "url": "/admin/audit?event=refused", "is_current": False}
        for words in ("Sign-ins refused today", "Changes by administrators", "New accounts")
    ]
    known = {
        "terms": {**nothing, **changes.pop("typed", {})},
        "unknown": [],
        "choices": audit_words.choices(),
        "presets": presets,
        "rows": ROWS,
        "older_url": "/admin/audit?before=1-1",
        "most_exported": "100,000",
        "live": {"left": None, "most": 120, "seconds": 5, "next_url": ""},
    }
    return {**known, **changes}


def _live(*, left: int) -> Context:
    live = {"left": left, "most": 120, "seconds": 5, "next_url": "/__ui__/admin/audit/live"}
    return _audit(live=live)


def _searched() -> Context:
    found = _audit(typed={"event": "refused", "since": "2027-03-03"}, rows=ROWS[1:2])
    found["presets"][0]["is_current"] = True
    return {**found, "older_url": None}


def _row(state: str = "whole", **changes: Any) -> Context:
    seal = {"state": state, "position": 874, "hash": HASH, "is_forgotten": False}
    known = {
        "row": ROWS[1],
        "facts": [
            ("reason", "password_wrong"),
            ("agent", "Mozilla/5.0 (X11; Linux x86_64; rv:149.0) Gecko/20100101 Firefox/149.0"),
            ("browser", "Firefox on Linux"),
        ],
        "beside": [ROWS[0]],
        "has_trace": True,
        "failure": None,
        "seal": SimpleNamespace(**seal),
    }
    return {**known, **changes}


def _forgotten() -> Context:
    found = _row(row=ROWS[6], facts=[], beside=[], has_trace=False)
    found["seal"].is_forgotten = True
    return found


STATES: States = (
    ("admin/dashboard.html", "busy", _dashboard),
    ("admin/dashboard.html", "quiet", lambda: _dashboard(busy=False)),
    ("admin/dashboard.html", "new", lambda: {**_dashboard(busy=False), "tasks": _tasks()}),
    (
        "admin/dashboard.html",
        "almost-set-up",
        lambda: {**_dashboard(), "tasks": _tasks("Send a test mail", "Register an application")},
    ),
    ("admin/audit.html", "some", _audit),
    ("admin/audit.html", "searched", _searched),
    ("admin/audit.html", "live", lambda: _live(left=60)),
    ("admin/audit.html", "live-is-over", lambda: _live(left=0)),
    (
        "admin/audit.html",
        "nobody",
        lambda: _audit(rows=[], typed={"by": "x@y.example"}, unknown=["by"], older_url=None),
    ),
    (
        "admin/audit.html",
        "nothing-found",
        lambda: _audit(rows=[], typed={"event": "replays"}, older_url=None),
    ),
    ("admin/audit.html", "empty", lambda: _audit(rows=[], older_url=None)),
    ("admin/audit_row.html", "whole", _row),
    ("admin/audit_row.html", "failed", lambda: _row(failure=mismatch()["visits"][0])),
    ("admin/audit_row.html", "waiting", lambda: _row("waiting", beside=[], facts=[])),
    ("admin/audit_row.html", "changed", lambda: _row("changed")),
    ("admin/audit_row.html", "forgotten", _forgotten),
)
