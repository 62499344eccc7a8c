"""States of the error pages."""

from __future__ import annotations

from functools import partial
from typing import Any

from app.security import redirect_doctor
from app.web import doctor
from tests.gallery.people import JANE, Context, States


def _request(**changes: Any) -> Context:
    known = {
        "problem": "redirect_uri isn't registered for this client",
        "causes": [],
        "compared": None,
        "add_url": None,
        "fix": "Send one of the registered addresses, or register this one for the application.",
        "received": [
            ("client_id", "8Qp4kzT1"),
            ("redirect_uri", "https://photos.example/a/rather/long/callback/"),
            ("state", ""),
        ],
        "registered": [],
        "edit_url": None,
        "reference": "K7Q2-9FXM",
        "is_open": False,
    }
    return {**known, **changes}


def _for_admin() -> Context:
    registered = ["https://photos.example/a/rather/long/callback", "https://photos.example/cb"]
    found = redirect_doctor.diagnose("https://photos.example/a/rather/long/callback/", registered)
    return _request(
        causes=doctor.words(found.causes),
        compared={"sent": found.sent_marks, "nearest": found.nearest_marks},
        registered=registered,
        edit_url="/admin/applications/8Qp4kzT1",
        add_url="/admin/applications/8Qp4kzT1/addresses/K7Q2-9FXM",
        is_open=True,
    )


def _for_developer() -> Context:
    causes = doctor.words(redirect_doctor.by_itself("http://photos.example/callback#done"))
    return _request(causes=causes, is_open=True)


def _error(status: int, **changes: Any) -> Context:
    known = {
        "status": status,
        "problem": "",
        "detail": "",
        "reference": "K7Q2-9FXM",
        "account": None,
        "switch_url": "",
    }
    return {**known, **changes}


STATES: States = (
    ("errors/request.html", "folded", _request),
    ("errors/request.html", "admin", _for_admin),
    ("errors/request.html", "developer", _for_developer),
    (
        "errors/error.html",
        "stale",
        partial(
            _error,
            400,
            problem="This page was open too long.",
            detail="Go back, reload the page and try again. Nothing was changed.",
        ),
    ),
    (
        "errors/error.html",
        "another",
        partial(
            _error,
            400,
            problem="This page belongs to another account.",
            detail="Nothing was changed. Switch to that account to go on with it.",
            account=JANE,
            switch_url="/login/select-account",
        ),
    ),
    ("errors/error.html", "403", partial(_error, 403, account=JANE)),
    ("errors/error.html", "unknown", partial(_error, 418)),
    ("errors/error.html", "lost", partial(_error, 404, problem="That link has ended.")),
    *(
        ("errors/error.html", str(status), partial(_error, status))
        for status in (400, 404, 405, 409, 413, 429, 500, 503)
    ),
)
