"""What is wrong with an application or soon will be, in words, each with where it is mended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.clock import now
from app.models import Client, LogoutNotice
from app.security import uris
from app.services.authorization import attempts
from app.services.clients import clients, least_privilege, overview, remote_documents
from app.services.clients.least_privilege import Board
from app.services.clients.uses import Kind
from app.web.admin import sentences
from app.web.admin.attention import ORDER, SECRET_ENDS

LATELY = timedelta(days=1)
UNUSED_DAYS = 90


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at; `kind` is danger, warning or info."""

    kind: str
    sentence: str
    #: Where it is mended: an address, or a place on the page of the application.
    url: str
    label: str


@dataclass(frozen=True, slots=True)
class Patient:
    """An application with what its page has loaded anyway."""

    row: Client
    board: Board
    notices: list[LogoutNotice]


def findings(row: Client, notices: Iterable[LogoutNotice]) -> list[Finding]:
    """Return what is wrong or about to be, the worst first; empty: all is well."""
    patient = Patient(row, least_privilege.board(row, days=UNUSED_DAYS), list(notices))
    found = [finding for look in LOOKS for finding in look(patient)]
    return sorted(found, key=lambda finding: ORDER[finding.kind])


def _secrets(patient: Patient) -> Iterator[Finding]:
    row = patient.row
    label = _("Secrets")
    if not clients.has_usable_secret(row):
        ended = any(not kept.is_alive for kept in row.secrets)
        words = (
            _("Its secret has expired, so it cannot prove itself. Add one.")
            if ended
            else _("It has no secret, so it cannot prove itself. Add one.")
        )
        yield Finding("danger", words, "#secrets", label)
        return
    alive = [kept for kept in row.secrets if kept.is_alive]
    ends = [kept.expires_at for kept in alive if kept.expires_at is not None]
    if alive and len(ends) == len(alive) and max(ends) <= now() + SECRET_ENDS:
        days = max(1, (max(ends) - now()).days)
        words = ngettext(
            "Its last secret expires in %(num)d day.",
            "Its last secret expires in %(num)d days.",
            days,
        )
        yield Finding("warning", words, "#secrets", label)
    if len(alive) > 1:
        words = _("Two secrets work. Revoke the older one when the application uses the new.")
        yield Finding("info", words, "#secrets", label)


def _keys(patient: Patient) -> Iterator[Finding]:
    uri = patient.row.setting("jwks_uri")
    fault = remote_documents.fault_of(uri) if uri else ""
    if fault:
        words = _("Its keys could not be fetched the last time (%(fault)s).", fault=fault)
        yield Finding("danger", words, "#jwks_uri", _("Address of its keys"))


def _refusals(patient: Patient) -> Iterator[Finding]:
    refused = attempts.refused_lately(patient.row.client_id, LATELY)
    if refused is None:
        return
    words = ngettext(
        "%(num)s attempt was refused in the last day. %(reason)s",
        "%(num)s attempts were refused in the last day, most often so: %(reason)s",
        refused.count,
        reason=sentences.of(refused.newest),
    )
    place = url_for("admin.attempt", reference=refused.newest.reference)
    yield Finding("warning", words, place, _("Why?"))


def _notices(patient: Patient) -> Iterator[Finding]:
    real = [told for told in patient.notices if not told.is_test]
    failing = [told for told in real if told.delivered_at is None and told.last_fault]
    # What was accepted since shows that it works again.
    if failing and failing[0] is real[0]:
        words = _(
            "It does not accept that people signed out (%(fault)s).", fault=real[0].last_fault
        )
        yield Finding("warning", words, "#notices", _("Sign-outs it was told of"))


def _addresses(patient: Patient) -> Iterator[Finding]:
    lines = [line for line in patient.board.lines if line.kind is Kind.ADDRESS]
    start = now().date() - timedelta(days=UNUSED_DAYS)
    was_watched = all(line.watched_since <= start for line in lines)
    if lines and was_watched and not any(line.is_used for line in lines):
        words = _("None of its redirect addresses was used for 90 days.")
        yield Finding("info", words, "#uses", _("Addresses in use"))
    if not patient.row.is_native and any(uris.is_loopback(line.name) for line in lines):
        words = _(
            "A redirect address leads to the machine of whoever signs in. Remove it when "
            "development is over."
        )
        yield Finding("info", words, "#redirect_uris", _("Redirect addresses"))


def _names(patient: Patient) -> Iterator[Finding]:
    if overview.has_namesake(patient.row):
        words = _("Another application has the same name. People could take one for the other.")
        yield Finding("warning", words, "#client_name", _("Name"))


def _settings(patient: Patient) -> Iterator[Finding]:
    row = patient.row
    if not row.setting("pkce_required") and row.setting("response_types"):
        words = _("PKCE is not required of this application.")
        yield Finding("warning", words, "#pkce_required", _("PKCE is required"))
    answers = {word for one in row.setting("response_types") or () for word in one.split()}
    if "token" in answers:
        words = _("Access tokens pass through the browser, where they can be read.")
        place = url_for("admin.least_privilege_board", client_id=row.client_id)
        yield Finding("warning", words, place, _("Allowed and used"))
    if row.setting("trusted"):
        words = _("It is trusted: people are not asked for permission.")
        yield Finding("info", words, "#trusted", _("Trusted"))


def _privilege(patient: Patient) -> Iterator[Finding]:
    count = len(patient.board.unused) if patient.board.is_used else 0
    if count:
        words = ngettext(
            "%(num)d thing that it is allowed was not used for 90 days.",
            "%(num)d things that it is allowed were not used for 90 days.",
            count,
        )
        place = url_for("admin.least_privilege_board", client_id=patient.row.client_id)
        yield Finding("info", words, place, _("Allowed and used"))


LOOKS: tuple[Callable[[Patient], Iterable[Finding]], ...] = (
    _secrets,
    _keys,
    _refusals,
    _notices,
    _addresses,
    _names,
    _settings,
    _privilege,
)
