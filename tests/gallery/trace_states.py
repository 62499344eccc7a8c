"""States of a trace, and of redirect addresses: what came, what is used, what is added."""

from __future__ import annotations

from typing import Any

from app.models import Attempt
from app.security import redirect_doctor
from app.web import doctor
from app.web.admin import sentences
from app.web.admin.addresses import AddForm
from tests.gallery.admin_states import client
from tests.gallery.people import Context, States, ago, told

REGISTERED = ["https://photos.example/callback", "https://photos.example/cb"]
SENT = "http://photos.example/callback/"
STRANGE = "https://pictures-of-everybody.elsewhere.example/oauth2/callback?tenant=north"


def check_of(sent: str) -> dict[str, Any]:
    """Return the check that refused an address, as the trace keeps it."""
    found = redirect_doctor.diagnose(sent, REGISTERED)
    return {
        "check": "redirect_uri",
        "ok": False,
        "reason": "redirect_uri_mismatch",
        "sent": sent,
        "expected": " ".join(REGISTERED),
        "causes": list(found.causes),
        "sent_marks": [list(mark) for mark in found.sent_marks],
        "nearest_marks": [list(mark) for mark in found.nearest_marks],
        "address": sent,
    }


def _passed(check: str, sent: str, **notes: Any) -> dict[str, Any]:
    return {"check": check, "ok": True, "sent": sent, "expected": "", **notes}


def _visit(endpoint: str, outcome: str, reason: str, *checks: dict[str, Any], **ago_: Any) -> Any:
    return Attempt(
        reference="K7Q2-9FXM",
        at=ago(**(ago_ or {"minutes": 4})),
        endpoint=endpoint,
        outcome=outcome,
        reason=reason,
        client_id="8Qp4kzT1WcXa",
        user_id=1,
        checks=list(checks),
    )


def _trace(*visits: Any, **changes: Any) -> Context:
    known = {
        "reference": "K7Q2-9FXM",
        "client": client(),
        "user": {"id": 1, "name": "Jane Doe"},
        "visits": sentences.story(visits, known={"8Qp4kzT1WcXa"}, sees_users=True),
        "afterwards": None,
    }
    return {**known, **changes}


def mismatch() -> Context:
    """Return the trace of a redirect address that is not registered."""
    known = _passed("client", "8Qp4kzT1WcXa")
    return _trace(
        _visit("authorize", "refused", "redirect_uri_mismatch", known, check_of(SENT)), user=None
    )


def _whole() -> Context:
    asked = (
        _passed("client", "8Qp4kzT1WcXa"),
        _passed("redirect_uri", REGISTERED[0]),
        _passed("response_type", "code"),
        _passed("scope", "openid email photos:write", left_out="photos:write"),
        _passed("pkce", "S256"),
    )
    session = _passed("session", "pwd otp, since 2026-11-24 12:03:11 UTC, acr mfa")
    known = _passed("account", "known")
    wrong = {"check": "second_step", "ok": False, "sent": "", "expected": ""}
    secret = {
        "check": "client",
        "ok": False,
        "sent": "client_secret_basic, 8Qp4kzT1WcXa, 60 characters, looks like a hashed secret",
        "expected": "client_secret_basic",
    }
    return _trace(
        _visit("authorize", "waiting", "no_session", *asked, minutes=9),
        _visit("sign_in", "refused", "second_step_wrong", known, wrong, minutes=8),
        _visit("authorize", "waiting", "consent_missing", *asked, session, minutes=7),
        _visit("authorize", "ok", "", *asked, session, _passed("consent", "openid"), minutes=6),
        _visit("token", "refused", "client_secret_hashed", secret, minutes=6),
        _visit("token", "ok", "", _passed("client", "client_secret_basic"), minutes=5),
        afterwards={
            "issued_at": ago(minutes=6),
            "redeemed_at": ago(minutes=5),
            "revoked_at": None,
            "refreshes": 2,
            "refreshed_at": ago(minutes=1),
        },
    )


def _add(address: str = SENT, **changes: Any) -> Context:
    check = check_of(address)
    known = {
        "client": client(),
        "form": AddForm(formdata=None),
        "address": address,
        "host": "photos.example",
        "is_local": False,
        "is_new_host": False,
        "is_there": False,
        "at": ago(minutes=4),
        "reference": "K7Q2-9FXM",
        "causes": doctor.words(check["causes"]),
        "compared": doctor.compared(check),
    }
    return {**known, **changes}


def _add_refused() -> Context:
    form = told(AddForm(formdata=None), f"{SENT}: Use https; plain http works only for localhost.")
    return _add(form=form)


STATES: States = (
    ("admin/attempt.html", "refused", mismatch),
    ("admin/attempt.html", "whole", _whole),
    ("admin/add_address.html", "plain", lambda: _add("https://photos.example/callback/")),
    (
        "admin/add_address.html",
        "new-host",
        lambda: _add(STRANGE, is_new_host=True, host="pictures-of-everybody.elsewhere.example"),
    ),
    (
        "admin/add_address.html",
        "local",
        lambda: _add("http://localhost:5000/callback", is_local=True, compared=None),
    ),
    ("admin/add_address.html", "refused", _add_refused),
    ("admin/add_address.html", "there", lambda: _add(is_there=True)),
)
