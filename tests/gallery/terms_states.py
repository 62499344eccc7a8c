"""States of the page that asks to agree to the terms."""

from __future__ import annotations

from typing import Any

from app.web.login.terms import TermsForm
from tests.gallery.people import JANE, LONG_NAME, NAMELESS, Context, States


def _terms(**changes: Any) -> Context:
    known = {
        "form": TermsForm(formdata=None),
        "interaction": "it_8fJ2",
        "client": "Photo Box",
        "account": {"name": JANE.name, "email": JANE.email},
        "version": "2026-11",
        "have_changed": True,
    }
    return {**known, **changes}


def _first() -> Context:
    return _terms(have_changed=False, interaction=None, client=None, account=NAMELESS)


STATES: States = (
    ("login/terms.html", "changed", _terms),
    ("login/terms.html", "first", _first),
    ("login/terms.html", "long", lambda: _terms(client=LONG_NAME, version="2026-11-" + "x" * 52)),
)
