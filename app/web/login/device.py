"""Connect a device: type the code it shows, answer, go back to it (ux.md 2.9, RFC 8628 §3.3)."""

from __future__ import annotations

from datetime import timedelta

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import StringField
from wtforms.validators import DataRequired

from app.clock import now
from app.database import commit, rollback
from app.errors import TooMany
from app.models import DeviceCode
from app.security.secrets import CODE_LETTERS, plain_code
from app.services.authorization import device_codes, interactions
from app.services.authorization.attempts import Trace
from app.services.upkeep import throttles
from app.services.upkeep.throttles import USER_CODE_NETWORK, Count
from app.settings import settings
from app.web import guards, logos
from app.web.access import ANYONE, needs
from app.web.forms import Form, retry_after, too_many_tries
from app.web.login import waiting as pages
from app.web.login.waiting import Waiting, blueprint

LETTERS = 8


class DeviceForm(Form):
    """The code that the device shows."""

    user_code = StringField(
        validators=[DataRequired(lazy_gettext("Enter the code shown on your device."))]
    )


@blueprint.route("/device", methods=["GET", "POST"])
@needs(ANYONE)
def device() -> ResponseReturnValue:
    """Ask for the code, or whether the device shows the one that came along; nothing is done yet.

    A code in the address is never sent by opening it: whoever made the link may not be whoever
    opens it (RFC 8628 §5.4).
    """
    if request.method != "POST":
        return _open()
    form = DeviceForm()
    if not form.validate_on_submit():
        return _page(form), 422
    counts = _counts()
    try:
        throttles.reserve(counts)
    except TooMany as many:
        rollback()
        return _throttled(form, many.retry_after)
    commit()  # the guess counts, whatever comes of it
    typed = form.user_code.data or ""
    found = device_codes.find_typed(typed) if _shown(typed) else None
    if found is None:
        return _wrong(form)
    throttles.give_all_back(counts)
    return _go_on(*found)


@blueprint.get("/device/done")
@needs(ANYONE)
def device_done() -> ResponseReturnValue:
    """Say what became of it; the device knows the next time it asks."""
    handle = request.args.get("interaction", "")
    found = device_codes.answered(handle, browser=guards.browser())
    if found is None:
        return redirect(url_for("login.device"), 303)
    client, is_connected = found
    shown = {"name": client.name, "logo": logos.address(client)}
    return render_template("login/device_done.html", client=shown, is_connected=is_connected)


def _open() -> ResponseReturnValue:
    form = DeviceForm(formdata=None)
    shown = _shown(request.args.get("user_code", ""))
    if shown:
        form.user_code.data = shown
        return render_template("login/device_code.html", form=form, user_code=shown)
    if "over" in request.args:
        form.user_code.errors = [_not_right()]
        return _page(form), 410
    return _page(form)


@pages.redraws("login.device")
def _again(_waiting: Waiting | None) -> ResponseReturnValue:
    return _page(DeviceForm()), 400


def _page(form: DeviceForm) -> str:
    return render_template("login/device.html", form=form)


def _shown(typed: str) -> str:
    """Return a code as devices show it, in two groups; empty when it can be none."""
    plain = plain_code(typed)
    if len(plain) != LETTERS or not set(plain) <= set(CODE_LETTERS):
        return ""
    return f"{plain[: LETTERS // 2]}-{plain[LETTERS // 2 :]}"


def _counts() -> tuple[Count, ...]:
    """Return what a guess counts against (RFC 8628 §5.1): who is signed in, or browser and network.

    A network has many, but who is signed in does not have to wait for what strangers in it do.
    """
    somebody = guards.person()
    if somebody is not None:
        return (throttles.user_code(f"user {somebody.user_id}"),)
    network = throttles.network(guards.address(), USER_CODE_NETWORK)
    return throttles.user_code(guards.browser()), network


def _not_right() -> str:
    return str(_("That code isn't right or has expired. Get a new one on your device."))


def _wrong(form: DeviceForm) -> ResponseReturnValue:
    """Say no in the same words whether the code is unknown, used or too old."""
    _note("user_code_wrong")
    form.user_code.errors = [_not_right()]
    return _page(form), 422


def _throttled(form: DeviceForm, wait: timedelta) -> ResponseReturnValue:
    _note("user_codes_throttled")
    form.form_errors.append(too_many_tries(wait))
    return _page(form), 429, retry_after(wait)


def _note(reason: str) -> None:
    """Leave a trace, without the code: it may be that of another device."""
    somebody = guards.person()
    trace = Trace("device", user_id=somebody.user_id if somebody else None)
    trace.refused("user_code", reason)
    trace.write("refused")
    commit()


def _go_on(found: DeviceCode, client_id: str) -> ResponseReturnValue:
    """Let the request wait for its person, in this browser, through whatever sign-in it takes."""
    somebody = guards.person()
    if not settings.is_local:
        throttles.reserve((throttles.parked(guards.address(), now()),))
    handle = interactions.park(
        {"client_id": client_id, "scope": found.scope},
        client_pk=found.client_pk,
        reference=found.reference,
        browser=guards.browser(),
        session_id=somebody.session_id if somebody else None,
        device=found,
    )
    commit()
    return redirect(url_for("browser.resume", handle=handle), 303)
