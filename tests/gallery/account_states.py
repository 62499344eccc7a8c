"""States of the pages about who is signed in: the account chooser, signing out."""

from __future__ import annotations

from typing import Any

from app.web.login.select_account import AccountForm
from app.web.login.sign_out import SignOutForm
from tests.gallery.people import JANE, NAMELESS, Context, States, app


def _accounts(**changes: Any) -> Context:
    known = {
        "form": AccountForm(formdata=None),
        "interaction": "it_8fJ2",
        "client": app(),
        "accounts": [
            {"value": "current", "name": JANE.name, "email": JANE.email, "is_signed_in": True},
            {"value": "2", "name": "", "email": NAMELESS.email, "is_signed_in": False},
        ],
        "is_removing": False,
        "asks_for_another": False,
        "target": None,
    }
    return {**known, **changes}


def _signed_out(**changes: Any) -> dict[str, Any]:
    nothing: dict[str, Any] = {"told": [], "telling": [], "asked": [], "still_open": []}
    return {"client": app(), "has_others": False, **nothing, **changes}


def _sign_out(**changes: Any) -> Context:
    known = {
        "form": SignOutForm(formdata=None),
        "interaction": None,
        "account": JANE,
        "client": app(),
        "others": 0,
    }
    return {**known, **changes}


STATES: States = (
    ("login/select_account.html", "two", _accounts),
    ("login/select_account.html", "removing", lambda: _accounts(is_removing=True)),
    ("login/select_account.html", "another", lambda: _accounts(asks_for_another=True)),
    ("login/sign_out.html", "asked", _sign_out),
    ("login/sign_out.html", "own", lambda: _sign_out(client=None)),
    ("login/sign_out.html", "others", lambda: _sign_out(client=None, others=1)),
    ("login/signed_out.html", "plain", lambda: _signed_out(client=None)),
    ("login/signed_out.html", "others", lambda: _signed_out(client=None, has_others=True)),
    (
        "login/signed_out.html",
        "told",
        lambda: _signed_out(
            told=["Photo Box"],
            telling=["Calendar"],
            asked=["Notes and Lists"],
            still_open=["Mail"],
        ),
    ),
    (
        "login/leaving.html",
        "to-an-application",
        lambda: {
            "frames": [],
            "after": "#",
            "client": app(),
        },
    ),
    (
        "login/leaving.html",
        "to-our-page",
        lambda: {"frames": [], "after": "#", "client": None},
    ),
)
