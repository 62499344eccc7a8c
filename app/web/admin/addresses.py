"""Redirect addresses of an application: last use, the capture window, adding one that came."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.clock import now
from app.database import commit, rollback
from app.errors import Conflict, InvalidInput, NotFound
from app.models import Client
from app.security import uris
from app.services.authorization import attempts
from app.services.authorization.attempts import Unregistered
from app.services.clients import (
    address_uses,
    captures,
    clients,
    redirect_addresses,
    sectors,
)
from app.services.people.roles import Permission
from app.web import doctor, forms
from app.web.access import needs
from app.web.admin.clients import summary
from app.web.admin.entrance import administrator, blueprint
from app.web.forms import Form

SECTION = "uses"
#: A day has no zone; at noon it is the same day nearly everywhere.
NOON = time(12, tzinfo=UTC)


class AddForm(Form):
    """Nothing but the CSRF field: the address is that of the attempt, not one that was typed."""


def of(row: Client) -> dict[str, Any]:
    """Return what the page of an application shows of its addresses."""
    return {"addresses": _uses(row), "capture": _capture(row)}


def noon(day: date | None) -> datetime | None:
    """Return a time of a day that has none."""
    return datetime.combine(day, NOON) if day else None


def _uses(row: Client) -> list[dict[str, Any]]:
    lines = []
    for member in (address_uses.REDIRECT, address_uses.LOGOUT):
        used = address_uses.last(row, row.setting(member) or (), member=member)
        lines += [
            {
                "address": address,
                "after_sign_out": member == address_uses.LOGOUT,
                "used_at": noon(day),
            }
            for address, day in used.items()
        ]
    return lines


def _capture(row: Client) -> dict[str, Any] | None:
    found = captures.find(row)
    if found is None:
        return None
    return {
        "until": found.expires_at,
        "is_open": found.address is None and found.expires_at > now(),
        "address": found.address,
        "reference": found.reference,
        "caught_at": found.caught_at,
    }


@blueprint.post("/applications/<client_id>/capture")
@needs(Permission.CHANGE_POLICY)
def capture(client_id: str) -> ResponseReturnValue:
    """Open the window for the next unknown address, or close it and forget what it caught."""
    row = clients.get(client_id)
    is_closing = request.form.get("act") == "stop"
    if is_closing:
        captures.stop(row)
    else:
        captures.start(row, by=administrator().user_id)
    commit()
    return _back_to(client_id, "" if is_closing else "capturing")


@blueprint.route("/applications/<client_id>/addresses/<reference>", methods=["GET", "POST"])
@needs(Permission.CHANGE_APPLICATIONS)
def add_address(client_id: str, reference: str) -> ResponseReturnValue:
    """Show the address that an attempt brought, and add it when that is confirmed."""
    row = clients.get(client_id)
    brought = attempts.unregistered_address(reference, client_id)
    if brought is None:
        raise NotFound("There is no address to add from this attempt any more.")
    form = AddForm()
    if not form.validate_on_submit():
        return _page(row, brought, form)
    try:
        wanted = clients.proposed(row, redirect_addresses.members_with(row, brought.address))
        commit()  # the sector may take seconds to answer
        sectors.check(wanted, before=row.registration)
        by = administrator().user_id
        redirect_addresses.add(row, brought.address, reference=reference, by=by)
    except InvalidInput as fault:
        rollback()
        forms.blame(form, fault)
        return _page(clients.get(client_id), brought, form), 422
    except Conflict:
        rollback()
        return _page(clients.get(client_id), brought, form), 409
    commit()
    return _back_to(client_id, "added")


def _back_to(client_id: str, done: str) -> ResponseReturnValue:
    here = url_for("admin.client", client_id=client_id, done=done or None, _anchor=SECTION)
    return redirect(here, 303)


def _page(row: Client, brought: Unregistered, form: AddForm) -> str:
    return render_template(
        "admin/add_address.html",
        client=summary(row),
        form=form,
        address=brought.address,
        host=uris.host_of(brought.address),
        is_local=uris.is_loopback(brought.address),
        is_new_host=redirect_addresses.is_of_new_host(row, brought.address),
        is_there=brought.address in (row.setting("redirect_uris") or ()),
        at=brought.at,
        reference=brought.reference,
        causes=doctor.words(brought.check.get("causes", ())),
        compared=doctor.compared(brought.check),
    )
