"""States of the sign-up page."""

from __future__ import annotations

from typing import Any

from app.web.login.sign_up import SignUpForm
from tests.gallery.people import Context, States, app, told


def _sign_up(**changes: Any) -> Context:
    known = {
        "form": SignUpForm(formdata=None),
        "interaction": "it_8fJ2",
        "client": app(),
        "endings": "",
        "password_length": 15,
        "may_use_passkey": True,
    }
    return {**known, **changes}


def _sign_up_faults() -> Context:
    form = SignUpForm(formdata=None, data={"email": "jane@", "name": "Jane Doe"})
    return _sign_up(
        form=told(
            form,
            email="Enter the whole address, such as jane@example.org.",
            password="This password appears in known leaks. Choose another.",
        )
    )


def _names() -> Context:
    form = SignUpForm(formdata=None, in_parts=True, data={"email": "jane@example.org"})
    return _sign_up(form=told(form, given_name="Enter your first name."))


def _terms() -> Context:
    form = SignUpForm(formdata=None, terms_version="2026-11", data={"email": "jane@example.org"})
    return _sign_up(form=told(form, agree="Tick this to agree to the terms."))


STATES: States = (
    ("login/sign_up.html", "plain", _sign_up),
    ("login/sign_up.html", "faults", _sign_up_faults),
    ("login/sign_up.html", "domains", lambda: _sign_up(endings="@example.org or .example.net")),
    ("login/sign_up.html", "names", _names),
    ("login/sign_up.html", "terms", _terms),
    ("login/sign_up.html", "closed", lambda: _sign_up(form=None)),
)
