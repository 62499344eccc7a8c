"""States of the pages that connect a device."""

from __future__ import annotations

from typing import Any

from app.web.login.consent import ConsentForm
from app.web.login.device import DeviceForm
from tests.gallery.consent_states import SCOPES
from tests.gallery.people import JANE, LONG_NAME, NAMELESS, Context, States, ago, app, told

CODE = "WDJB-MJHT"
NOT_RIGHT = "That code isn't right or has expired. Get a new one on your device."


def _enter(**faults: str) -> Context:
    form = DeviceForm(formdata=None, data={"user_code": CODE if faults else ""})
    return {"form": told(form, **faults)}


def _throttled() -> Context:
    form = DeviceForm(formdata=None, data={"user_code": CODE})
    return {"form": told(form, "Too many tries. Wait 2 minutes, then try again.")}


def _confirm(**changes: Any) -> Context:
    known = {
        "form": ConsentForm(formdata=None),
        "interaction": "it_8fJ2",
        "account": JANE,
        "client": app(name="Big Screen", host="screen.example"),
        "scopes": SCOPES,
        "is_more": False,
        "has_changed": False,
        "device": {"asked_at": ago(minutes=2), "address": "192.0.2.17"},
    }
    return {**known, **changes}


def _stranger() -> Context:
    client = app(name=LONG_NAME, host="", is_checked=False, added_days_ago=0)
    address = "2001:db8:1234:5678:9abc:def0:1234:5678"
    device = {"asked_at": ago(minutes=9), "address": address}
    return _confirm(client=client, account=NAMELESS, device=device)


def _again() -> Context:
    rows = [{**row, "already": True} for row in SCOPES]
    return _confirm(client=app(name="Big Screen", host="", is_first_time=False), scopes=rows)


def _done(*, is_connected: bool) -> Context:
    client = {"name": "Big Screen", "logo": None}
    return {"client": client, "is_connected": is_connected}


STATES: States = (
    ("login/device.html", "plain", _enter),
    (
        "login/device.html",
        "empty",
        lambda: _enter(user_code="Enter the code shown on your device."),
    ),
    ("login/device.html", "wrong", lambda: _enter(user_code=NOT_RIGHT)),
    ("login/device.html", "throttled", _throttled),
    (
        "login/device_code.html",
        "plain",
        lambda: {
            "form": DeviceForm(formdata=None, data={"user_code": CODE}),
            "user_code": CODE,
        },
    ),
    ("login/consent_device.html", "first", _confirm),
    ("login/consent_device.html", "stranger", _stranger),
    ("login/consent_device.html", "again", _again),
    ("login/consent_device.html", "changed", lambda: _confirm(has_changed=True)),
    ("login/device_done.html", "connected", lambda: _done(is_connected=True)),
    ("login/device_done.html", "cancelled", lambda: _done(is_connected=False)),
)
