"""States of the page that shows what a person shares with whom."""

from __future__ import annotations

from typing import Any

from tests.gallery.claim_states import ACCESS_TOKEN, ID_TOKEN, USERINFO, part
from tests.gallery.people import JANE, LONG_NAME, NAMELESS, Context, States, ago


def _app(name: str, **changes: Any) -> dict[str, Any]:
    known = {
        "client_id": "8Qp4kzT1WcXa",
        "name": name,
        "logo": None,
        "given_at": ago(days=30),
        "used_at": ago(hours=2),
        "ends_at": ago(days=-60),
        "is_managed": False,
        "titles": ["Your name and profile", "Your email address"],
        "parts": [
            part("userinfo", USERINFO, ""),
            part("id_token", ID_TOKEN, "RS256"),
            part("access_token", ACCESS_TOKEN, "ES256"),
        ],
        "refusal": "",
    }
    return {**known, **changes}


def _shares(apps: list[dict[str, Any]] | None, **changes: Any) -> Context:
    user = {"id": 1, "name": JANE.name, "email": JANE.email}
    return {"user": user, "apps": apps, "more": 0, **changes}


OFF = "The client is turned off."
STATES: States = (
    ("admin/shares.html", "ask", lambda: _shares(None)),
    (
        "admin/shares.html",
        "some",
        lambda: _shares(
            [
                _app("Photo Box"),
                _app(LONG_NAME, is_managed=True, used_at=None, parts=[], refusal=OFF),
            ],
            more=3,
        ),
    ),
    (
        "admin/shares.html",
        "none",
        lambda: _shares([], user={"id": 1, "name": None, "email": NAMELESS.email}),
    ),
)
