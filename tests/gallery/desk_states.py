"""Users and attempts as administrators see them, in every state."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.gallery.attempts import ATTEMPTS
from tests.gallery.passkey_states import CLOUD, LAPTOP
from tests.gallery.people import JANE, NAMELESS, Context, States, ago


def user(**changes: Any) -> SimpleNamespace:
    """Return Jane as the administration knows her."""
    known = {
        "id": 1,
        "name": JANE.name,
        "email": JANE.email,
        "email_verified": True,
        "is_admin": True,
        "is_user_manager": False,
        "is_auditor": False,
        "is_owner": False,
        "is_disabled": False,
        "is_leaving": False,
        "is_test": False,
        "deletion_due_at": None,
        "has_second_step": True,
        "subject": "u_5mYtB0sHq2KcW8",
        "created_at": ago(days=200),
        "last_sign_in_at": ago(hours=3),
    }
    return SimpleNamespace(**{**known, **changes})


USERS = [
    user(),
    user(id=2, name=None, email=NAMELESS.email, is_admin=False, last_sign_in_at=None),
    user(id=3, name="Omar Haddad", email="omar@example.org", is_admin=False, is_disabled=True),
    user(id=4, name="Kim Lee", email="kim@example.org", is_admin=False, is_leaving=True),
    user(
        id=5,
        name="Ida Lund",
        email="ida@example.org",
        is_admin=False,
        is_user_manager=True,
        is_auditor=True,
    ),
]


def users(**changes: Any) -> Context:
    return {"users": USERS, "q": "", "show": "", "page": 1, "pages": 2, "total": 31, **changes}


LINKED = [
    {"id": 1, "provider": "Google", "slug": "google", "email": JANE.email, "is_enabled": True},
    {"id": 2, "provider": "Example", "slug": "example", "email": None, "is_enabled": False},
]


ADDRESSES = [
    {"email": JANE.email, "is_primary": True, "verified_at": ago(days=200)},
    {"email": NAMELESS.email, "is_primary": False, "verified_at": ago(days=3)},
]
GROUPS = [SimpleNamespace(id=1, name="Board"), SimpleNamespace(id=2, name="Finance")]
AGREEMENTS = [
    SimpleNamespace(version="2026-11", agreed_at=ago(days=3)),
    SimpleNamespace(version="2025", agreed_at=ago(days=200)),
]


def user_page(**changes: Any) -> Context:
    known = {
        "user": user(is_admin=False),
        "addresses": ADDRESSES,
        "is_self": False,
        "may_change": True,
        "owned": [],
        "sessions": [
            {
                "browser": "Firefox on Linux",
                "address": "192.0.2.7",
                "created_at": ago(days=2),
                "seen_at": ago(hours=1),
            },
            {
                "browser": "Safari on iPhone",
                "address": "2001:db8::7",
                "created_at": ago(days=9),
                "seen_at": ago(days=1),
            },
        ],
        "apps": [
            {
                "client_id": "8Qp4kzT1WcXa",
                "name": "Photo Box",
                "titles": ["Your name and profile", "Your email address"],
                "given_at": ago(days=30),
            }
        ],
        "groups": GROUPS,
        "passkeys": [LAPTOP, CLOUD],
        "has_password": True,
        "linked": LINKED,
        "agreements": AGREEMENTS,
        "attempts": ATTEMPTS,
        "done": "",
    }
    return {**known, **changes}


def _attempts(**changes: Any) -> Context:
    terms = {"reference": "", "client": "", "outcome": ""}
    return {
        "attempts": ATTEMPTS,
        "terms": terms,
        "older_url": "/admin/attempts?before=9",
        **changes,
    }


STATES: States = (
    ("admin/users.html", "some", users),
    ("admin/users.html", "nobody", lambda: users(users=[], q="zebra", show="off", pages=1)),
    ("admin/user.html", "plain", user_page),
    (
        "admin/user.html",
        "off",
        lambda: user_page(
            user=user(is_disabled=True, last_sign_in_at=None, email_verified=False),
            addresses=[{"email": JANE.email, "is_primary": True, "verified_at": None}],
            sessions=[],
            apps=[],
            attempts=[],
            done="off",
        ),
    ),
    (
        "admin/user.html",
        "leaving",
        lambda: user_page(
            user=user(is_disabled=True, is_leaving=True, deletion_due_at=ago(days=-14)),
            done="deletion",
        ),
    ),
    ("admin/user.html", "self", lambda: user_page(user=user(), is_self=True, linked=[])),
    ("admin/attempts.html", "some", _attempts),
    ("admin/attempts.html", "none", lambda: _attempts(attempts=[], older_url=None)),
    (
        "admin/attempts.html",
        "nothing-found",
        lambda: _attempts(
            attempts=[],
            older_url=None,
            terms={"reference": "AAAA-AAAA", "client": "", "outcome": "refused"},
        ),
    ),
)
