"""States of passkeys: signed in with, asked for, made, offered, named."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from app.web.account.passkeys import NameForm
from app.web.passkeys import PasskeyForm
from tests.gallery.people import JANE, LONG_NAME, NAMELESS, Context, States, ago, told

REQUEST = {
    "challenge": "Y2hhbGxlbmdl",
    "timeout": 300000,
    "rpId": "localhost",
    "allowCredentials": [],
    "userVerification": "required",
}
CREATION = {
    "rp": {"name": "Example ID", "id": "localhost"},
    "user": {"id": "amFuZQ", "name": JANE.email, "displayName": JANE.name},
    "challenge": "Y2hhbGxlbmdl",
    "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
    "timeout": 300000,
    "excludeCredentials": [],
    "attestation": "none",
}
WRONG = "This passkey could not be checked. Try again, or sign in another way."
NOT_MADE = "No passkey was made. Try again?"
OTHER_WAYS = [
    {
        "id": "use-second-step",
        "url": "/login/second-step",
        "label": "Use your authenticator app",
        "needs_passkeys": False,
    },
    {
        "id": "use-recovery-code",
        "url": "/login/recovery-code",
        "label": "Use a recovery code",
        "needs_passkeys": False,
    },
]
LAPTOP = SimpleNamespace(
    id=1, name="Firefox on Linux", may_be_backed_up=False, created_at=ago(days=40), used_at=None
)
CLOUD = SimpleNamespace(
    id=2,
    name="iCloud Keychain",
    may_be_backed_up=True,
    created_at=ago(days=3),
    used_at=ago(hours=1),
)


def _form(*faults: str) -> Any:
    return told(PasskeyForm(formdata=None), *faults)


def _step(*faults: str, **changes: Any) -> Context:
    known = {
        "form": _form(*faults),
        "interaction": "it_8fJ2",
        "client": None,
        "has_session": False,
        "account": JANE,
        "options": REQUEST,
        "action": "/login/passkey-step",
        "app_locked": False,
        "other_ways": OTHER_WAYS,
    }
    return {**known, **changes}


def _first(*faults: str) -> Context:
    form = _form(*faults)
    return {"form": form, "interaction": "it_8fJ2", "email": NAMELESS.email, "options": CREATION}


def _offer(*faults: str) -> Context:
    action = "/login/passkey-offer"
    form = _form(*faults)
    return {"form": form, "interaction": "it_8fJ2", "options": CREATION, "action": action}


def _own(*faults: str, **changes: Any) -> Context:
    known = {
        "form": _form(*faults),
        "passkeys": [LAPTOP, CLOUD],
        "options": CREATION,
        "saved": "",
        "proof_url": None,
        "email": JANE.email,
        "may_be_second_step": True,
    }
    return {**known, **changes}


def _one(*faults: str, **wrong: str) -> Context:
    form = NameForm(formdata=None, data={"name": LAPTOP.name})
    return {"form": told(form, *faults, **wrong), "passkey": LAPTOP}


STATES: States = (
    ("login/passkey_step.html", "plain", _step),
    (
        "login/passkey_step.html",
        "locked",
        lambda: _step(app_locked=True, other_ways=OTHER_WAYS[1:]),
    ),
    ("login/passkey_step.html", "app", lambda: _step(client=LONG_NAME, other_ways=[])),
    ("login/passkey_step.html", "wrong", lambda: _step(WRONG, account=NAMELESS)),
    ("login/first_passkey.html", "plain", _first),
    ("login/first_passkey.html", "wrong", lambda: _first(NOT_MADE)),
    ("login/passkey_offer.html", "plain", _offer),
    ("login/passkey_offer.html", "wrong", lambda: _offer(NOT_MADE)),
    ("account/passkeys.html", "some", _own),
    ("account/passkeys.html", "none", lambda: _own(passkeys=[])),
    ("account/passkeys.html", "added", lambda: _own(saved="added", may_be_second_step=False)),
    (
        "account/passkeys.html",
        "known",
        lambda: _own("This device already has a passkey for your account."),
    ),
    (
        "account/passkeys.html",
        "unproved",
        lambda: _own(passkeys=[], proof_url="/login/prove-mailbox?chosen=yes"),
    ),
    ("account/passkeys.html", "numbers", lambda: _own(passkeys=[], options=None)),
    ("account/passkey.html", "plain", _one),
    ("account/passkey.html", "last", lambda: _one("Add another way to sign in first.")),
    ("account/passkey.html", "nameless", lambda: _one(name="Enter a name.")),
)
