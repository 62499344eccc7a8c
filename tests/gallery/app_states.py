"""States of the pages about the applications that one has allowed something."""

from __future__ import annotations

from typing import Any

from tests.gallery.people import Context, States, ago, scope


def _apps(**changes: Any) -> Context:
    known = {
        "saved": "",
        "minutes": 10,
        "removed": [],
        "apps": [
            _app(),
            _app(client_id="mail", name="Mail", open_url=None, is_managed=True, ends_at=None),
        ],
    }
    return {**known, **changes}


def _app(**changes: Any) -> Context:
    known = {
        "client_id": "it_photo_box",
        "name": "Photo Box",
        "logo": None,
        "open_url": "https://photos.example/start",
        "host": "photos.example",
        "given_at": ago(days=30),
        "used_at": ago(hours=3),
        "ends_at": ago(days=-60),
        "is_managed": False,
        "titles": ["Your name and profile", "Your email address"],
    }
    return {**known, **changes}


def _one_app(**changes: Any) -> Context:
    rows = [
        scope("openid", "An ID for your account in this app", required=True),
        scope("email", "Your email address", values=["jane@example.org, confirmed"]),
        scope("phone", "Your phone number", missing="You haven't added one."),
    ]
    return {"app": _app(), "scopes": rows, "left_out": [], "saved": "", **changes}


def _app_with_less() -> Context:
    address = scope("address", "Your postal address", missing="You haven't added one.")
    return _one_app(left_out=[{**address, "checked": False}])


def _needed_app() -> Context:
    rows = [
        scope("openid", "An ID for your account in this app", required=True),
        scope(
            "email",
            "Your email address",
            values=["jane@example.org, confirmed"],
            required=True,
            needed=True,
        ),
        scope("phone", "Your phone number", missing="You haven't added one."),
    ]
    return _one_app(scopes=rows, saved="needed")


def _managed_app() -> Context:
    rows = [scope("email", "Your email address", values=["jane@example.org"], required=True)]
    return _one_app(app=_app(is_managed=True, used_at=None), scopes=rows)


STATES: States = (
    ("account/apps.html", "some", _apps),
    ("account/apps.html", "none", lambda: _apps(apps=[])),
    ("account/apps.html", "removed", lambda: _apps(removed=[_app()], saved="removed")),
    ("account/apps.html", "restored", lambda: _apps(saved="restored")),
    ("account/apps.html", "too-late", lambda: _apps(saved="too-late")),
    ("account/app.html", "plain", _one_app),
    ("account/app.html", "narrowed", lambda: _one_app(saved="narrowed")),
    ("account/app.html", "left-out", _app_with_less),
    ("account/app.html", "widened", lambda: _one_app(saved="widened")),
    ("account/app.html", "changed", lambda: _one_app(saved="changed")),
    ("account/app.html", "needed", _needed_app),
    ("account/app.html", "managed", _managed_app),
)
