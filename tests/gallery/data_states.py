"""States of taking one's data along: at once, or as a file that a job makes."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace

from app.web.account.data import FileForm
from tests.gallery.people import JANE, Context, States, ago


def _data(made_at: datetime | None = None, *, is_asked: bool = True) -> Context:
    file = SimpleNamespace(made_at=made_at, expires_at=ago(days=-7))
    return {"file": file if is_asked else None, "email": JANE.email}


def _file() -> Context:
    return {"form": FileForm(formdata=None), "until": ago(days=-7)}


STATES: States = (
    ("account/data.html", "plain", lambda: _data(is_asked=False)),
    ("account/data.html", "preparing", _data),
    ("account/data.html", "ready", lambda: _data(ago(hours=1))),
    ("account/data_file.html", "plain", _file),
    ("account/data_file.html", "over", lambda: {"form": None, "until": None}),
)
