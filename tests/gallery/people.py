"""The cast of the gallery: people, apps and moments, as the templates ask for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from app.web.forms import Form

Context = dict[str, Any]
#: Template, name of the state, and what makes its context.
States = tuple[tuple[str, str, Callable[[], Context]], ...]

NOON = datetime(2027, 3, 3, 12, 0, tzinfo=UTC)
JANE = SimpleNamespace(name="Jane Doe", email="jane@example.org")
NAMELESS = SimpleNamespace(
    name="", email="a-rather-long-address.of-somebody@department.example.org"
)
LONG_NAME = "The Remarkably Long Name of an Application That Never Ends At All"


def holder(**roles: bool) -> SimpleNamespace:
    """Return Jane, signed in with these roles: `is_admin`, `is_user_manager` and so on."""
    none = dict.fromkeys(("is_admin", "is_user_manager", "is_auditor", "is_owner"), False)
    known = {"is_authenticated": True, "shown_name": JANE.name, "email": JANE.email}
    return SimpleNamespace(**{**none, **known, **roles}, has_role=bool(roles))


def ago(**parts: float) -> datetime:
    """Return a moment before the gallery's noon."""
    return NOON - timedelta(**parts)


def app(**changes: Any) -> SimpleNamespace:
    """Return Photo Box, an app, as the consent page wants it."""
    known = {
        "name": "Photo Box",
        "logo": "/static/favicon.svg",
        "host": "photos.example",
        "home_url": "https://photos.example/",
        "is_local": False,
        "policy_uri": "https://photos.example/privacy",
        "tos_uri": "https://photos.example/terms",
        "is_first_time": True,
        "ended_at": None,
        "ends_at": None,
        "added_days_ago": None,
        "is_checked": True,
    }
    return SimpleNamespace(**{**known, **changes})


def scope(name: str, title: str, **changes: Any) -> dict[str, Any]:
    """Return a row of the consent page."""
    known = {
        "name": name,
        "title": title,
        "values": [],
        "missing": "",
        "detail": "",
        "required": False,
        "needed": False,
        "checked": True,
        "is_new": False,
        "already": False,
    }
    return {**known, **changes}


def told(form: Form, *texts: str, **faults: str) -> Form:
    """Return the form with faults, as a view hands it back: of the whole, and of fields by name."""
    form.form_errors.extend(texts)
    for name, text in faults.items():
        form[name].errors = [text]
    return form
