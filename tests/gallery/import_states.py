"""States of an import of people: the file, its check, the adding, the end."""

from __future__ import annotations

from typing import Any

from app.services.people import import_files
from app.web.admin.import_users import ImportForm
from tests.gallery.people import JANE, LONG_NAME, NAMELESS, Context, States, told


def _line(number: int, email: str, **changes: Any) -> dict[str, Any]:
    known = {"name": "", "language": "", "groups": [], "outcome": "add", "why": ""}
    return {"number": number, "email": email, **known, **changes}


LINES = [
    _line(2, JANE.email, name=JANE.name, language="en-GB", groups=["Board", "Finance"]),
    _line(3, NAMELESS.email, language="ar"),
    _line(
        4,
        "omar@example.org",
        name="عمر حداد",
        outcome="known",
        why="There is an account with this address.",
    ),
    _line(
        5,
        "jane",
        name=LONG_NAME,
        outcome="wrong",
        why="This is no whole address, such as jane@example.org.",
    ),
    _line(
        7,
        "kim@example.org",
        groups=["Treasury"],
        outcome="wrong",
        why="There is no group “Treasury”. Make it first.",
    ),
    _line(8, "", name="Ida Lund", outcome="wrong", why="The address is missing."),
]


def _file(**faults: str) -> Context:
    form = ImportForm(formdata=None)
    return {
        "form": told(form, **faults) if faults else form,
        "columns": tuple(import_files.COLUMNS),
        "most": import_files.MOST_LINES,
    }


def _import(state: str, **changes: Any) -> Context:
    known = {
        "state": state,
        "handle": "k3Jx",
        "total": 6,
        "days": 7,
        "tells": True,
        "lines": LINES,
        "left_out": (),
        "counts": {"add": 2, "known": 1, "wrong": 3},
        "results": {"taken": 6, "added": 2, "known": 1, "wrong": 3},
        "show": "",
        "page": 1,
        "pages": 1,
    }
    return {**known, **changes}


def _nobody() -> Context:
    counts = {"add": 0, "known": 1, "wrong": 3}
    return _import("check", lines=LINES[2:], counts=counts, total=4)


NOT_UTF_8 = "It is not in UTF-8 (line 12). Save it as “CSV UTF-8”."
PAGE = "admin/user_import.html"
STATES: States = (
    ("admin/import_users.html", "plain", _file),
    ("admin/import_users.html", "refused", lambda: _file(file=NOT_UTF_8)),
    (PAGE, "check", lambda: _import("check", left_out=("Telephone", LONG_NAME), pages=3)),
    (PAGE, "nobody", _nobody),
    (PAGE, "no-errors", lambda: _import("check", lines=[], show="wrong", counts={"add": 6})),
    (PAGE, "adding", lambda: _import("adding", results={"taken": 1200}, total=5000)),
    (PAGE, "over", lambda: _import("over")),
    (PAGE, "over-untold", lambda: _import("over", tells=False)),
)
