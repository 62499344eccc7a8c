"""What a person has said about a device, told to the device: it asks for it itself (RFC 8628)."""

from __future__ import annotations

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from app.database import commit, rollback
from app.models import Interaction
from app.oidc.provider import note
from app.oidc.reasons import Refusal
from app.oidc.request import ProtocolRequest, unread
from app.services.authorization import device_codes
from app.services.authorization.attempts import Trace
from app.services.authorization.device_codes import DeviceGone
from app.services.authorization.signed_in import SignedIn
from app.web import guards


def connected(asked: ProtocolRequest, person: SignedIn, handle: str) -> ResponseReturnValue:
    """Let the device have what its person has allowed; the interaction is finished."""
    scope = asked.scope or ""
    try:
        device_codes.approve(
            asked.device, asked.client, person, scope=scope, address=guards.address()
        )
    except DeviceGone:
        rollback()
        return _over(asked.trace, Refusal("device_gone", "device"))
    asked.trace.write("ok")
    commit()
    return _done(handle)


def refused(
    waiting: Interaction, handle: str, trace: Trace, refusal: Refusal
) -> ResponseReturnValue:
    """Tell the device that its person does not want to, or the person that it waits no more."""
    if refusal.reason.code != "consent_refused":
        return _over(trace, refusal)
    try:
        device_codes.deny(waiting.device_digest or "")
    except DeviceGone:
        rollback()
        return _over(trace, Refusal("device_gone", "device"))
    _note(trace, refusal)
    return _done(handle)


def _over(trace: Trace, refusal: Refusal) -> ResponseReturnValue:
    _note(trace, refusal)
    return redirect(url_for("login.device", over="yes"), 303)


def _note(trace: Trace, refusal: Refusal) -> None:
    note(unread(trace), refusal)
    trace.write("refused")
    commit()


def _done(handle: str) -> ResponseReturnValue:
    return redirect(url_for("login.device_done", interaction=handle), 303)
