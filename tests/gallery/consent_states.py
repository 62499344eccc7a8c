"""The consent page: the first time, once more, with more, of somebody unknown."""

from __future__ import annotations

from typing import Any

from app.web.login.consent import ConsentForm
from tests.gallery.people import JANE, LONG_NAME, NAMELESS, Context, States, ago, app, scope

SCOPES = [
    scope("openid", "An ID for your account in this app", required=True),
    scope("profile", "Your name and profile", values=["Jane Doe"]),
    scope("email", "Your email address", values=["jane@example.org, confirmed"]),
    scope("phone", "Your phone number", missing="You haven't added one.", checked=False),
    scope(
        "offline_access",
        "Keep access when you're away",
        detail="Until you remove it, or 14 days unused.",
    ),
]


def _consent(**changes: Any) -> Context:
    known = {
        "form": ConsentForm(formdata=None),
        "interaction": "it_8fJ2",
        "account": JANE,
        "client": app(),
        "scopes": SCOPES,
        "is_more": False,
        "has_changed": False,
    }
    return {**known, **changes}


def _consent_needed(**changes: Any) -> Context:
    needed = {"required": True, "needed": True}
    asked = [{**SCOPES[2], **needed, "is_new": True}, SCOPES[0], {**SCOPES[3], **needed}, SCOPES[4]]
    return _consent(client=app(is_first_time=False), scopes=asked, is_more=True, **changes)


def _consent_more() -> Context:
    asked = [
        scope(
            "address", "Your postal address", values=["1 Rue de la Paix, 75002 Paris"], is_new=True
        ),
        *({**row, "already": True} for row in SCOPES[:3]),
    ]
    return _consent(client=app(is_first_time=False), scopes=asked, is_more=True)


def _consent_again() -> Context:
    """Return the page of what has ended, and will end again."""
    ended = {"is_first_time": False, "ended_at": ago(days=2), "ends_at": ago(days=-90)}
    return _consent(client=app(**ended))


def _consent_stranger() -> Context:
    stranger = app(
        name=LONG_NAME,
        host="a-very-long-subdomain.photographs-and-more-photographs.example",
        is_checked=False,
        added_days_ago=3,
    )
    asked = [*SCOPES, scope("urn:example:files.read", "See the files you keep in the archive")]
    return _consent(client=stranger, account=NAMELESS, scopes=asked)


def _consent_local() -> Context:
    return _consent(client=app(name="Terminal", is_local=True, policy_uri="", tos_uri=""))


STATES: States = (
    ("login/consent.html", "first", _consent),
    ("login/consent.html", "more", _consent_more),
    ("login/consent.html", "ended", _consent_again),
    ("login/consent.html", "needed", _consent_needed),
    ("login/consent.html", "changed", lambda: _consent_needed(has_changed=True)),
    ("login/consent.html", "stranger", _consent_stranger),
    ("login/consent.html", "local", _consent_local),
    (
        "login/form_post.html",
        "answer",
        lambda: {
            "action": "https://photos.example/callback",
            "fields": [("code", "sw_code_x"), ("state", "s")],
            "client": app(),
        },
    ),
)
