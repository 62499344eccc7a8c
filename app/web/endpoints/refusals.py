"""The page for a browser's request that has no safe place to go back to (ux.md 2.11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from app.database import commit
from app.models import Client
from app.oidc.reasons import Refusal
from app.security import redirect_doctor
from app.services.authorization.attempts import Trace
from app.services.clients import clients
from app.services.people.roles import Permission
from app.settings import settings
from app.web import access, doctor

NOTHING: dict[str, str] = {}
#: What could be used again by whoever reads a screenshot.
SECRET = frozenset({"state", "nonce", "code_challenge", "id_token_hint"})


def _seen_by_anybody(notes: Mapping[str, Any]) -> list[str]:
    """Return the causes that speak of the sent address alone, and of nothing registered."""
    return [cause for cause in notes.get("causes", ()) if cause in redirect_doctor.BY_ITSELF]


def _received(shown: Mapping[str, str], refused: str) -> list[tuple[str, str]]:
    """Return what came, the refused parameter first."""
    told = [(name, "…" if name in SECRET else value) for name, value in shown.items()]
    return sorted(told, key=lambda pair: pair[0] != refused)


def _add_url(client: Client, trace: Trace) -> str | None:
    may_add = access.permitted(Permission.CHANGE_APPLICATIONS, client.client_id)
    if trace.reason != "redirect_uri_mismatch" or not may_add:
        return None
    return url_for("admin.add_address", client_id=client.client_id, reference=trace.reference)


def page(
    refusal: Refusal,
    trace: Trace,
    *,
    shown: Mapping[str, str] = NOTHING,
    noted: bool = False,
    member: str = "redirect_uris",
) -> ResponseReturnValue:
    """Show what is wrong with a request; `shown` is what of it may be shown.

    `member` names the registered addresses that administrators and owners compare with.
    """
    reason, notes = refusal.reason, refusal.notes
    if not noted:
        trace.refused(
            refusal.check,
            reason.code,
            sent=refusal.sent,
            expected=refusal.expected,
            **refusal.notes,
        )
    trace.write("refused")
    commit()
    client_id = shown.get("client_id", "")
    may_read = access.permitted(Permission.READ_APPLICATIONS, client_id)
    client = clients.find(client_id) if may_read else None
    text = render_template(
        "errors/request.html",
        problem=reason.description,
        fix=reason.fix,
        causes=doctor.words(notes.get("causes", ()) if client else _seen_by_anybody(notes)),
        compared=doctor.compared(notes) if client else None,
        received=_received(shown, refusal.check),
        registered=(client.setting(member) or []) if client else [],
        edit_url=url_for("admin.client", client_id=client.client_id) if client else None,
        add_url=_add_url(client, trace) if client and "address" in notes else None,
        reference=trace.reference,
        is_open=settings.is_local or may_read,
    )
    return text, 400
