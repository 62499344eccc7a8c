"""The audit log: search it, read one row, take along what was found (ux.md 2.21)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Response, abort, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal
from flask_babel import gettext as _

from app.clock import now
from app.database import commit
from app.errors import NotFound
from app.models import Attempt
from app.security import spreadsheets
from app.services.authorization import attempts as traces
from app.services.clients import overview
from app.services.people.roles import Permission
from app.services.upkeep import audit, audit_file, audit_proof, audit_search
from app.services.upkeep.audit import Event
from app.services.upkeep.audit_search import Wanted
from app.web import agents, guards, headers
from app.web.access import needs
from app.web.admin import audit_form, audit_words, sentences
from app.web.admin.audit_form import Asked
from app.web.admin.entrance import administrator, blueprint, permits
from app.web.languages import zone

PAGE_SIZE = 50
#: The live page looks again so often, and so many times: ten minutes. One that is left open must
#: not keep its reader signed in.
LIVE_SECONDS = 5
MOST_LOOKS = 120
MIME = {"csv": "text/csv", "json": "application/json"}
COLUMNS = ("time", "event", "what", "by", "about", "application", "address", "reference", "details")


@blueprint.get("/audit", endpoint="audit")
@needs(Permission.READ_AUDIT)
def search_audit() -> ResponseReturnValue:
    """Show the newest rows that the form asks for."""
    asked = audit_form.read(request.args)
    before = audit_form.cursor(request.args.get("before", ""))
    found = (
        []
        if asked.unknown
        else audit_search.latest(asked.wanted, before=before, most=PAGE_SIZE + 1)
    )
    rows, more = found[:PAGE_SIZE], found[PAGE_SIZE:]
    return render_template(
        "admin/audit.html",
        terms=asked.terms,
        unknown=asked.unknown,
        choices=audit_words.choices(),
        presets=_presets(asked.terms),
        rows=audit_words.lines(rows),
        live=_live(asked),
        older_url=_older(rows[-1], asked.terms) if more else None,
        most_exported=format_decimal(audit_file.MOST_ROWS),
    )


def _live(asked: Asked) -> dict[str, Any]:
    """Return how the page looks again by itself: `left` looks, None when it is not live.

    A script does it without loading the page, and counts by itself; without one each page loads
    the next, `next_url`.
    """
    left = request.args.get("live", type=int)
    left = None if left is None or asked.unknown else min(max(left, 0), MOST_LOOKS)
    kept: dict[str, Any] = {name: typed for name, typed in asked.terms.items() if typed}
    return {
        "left": left,
        "most": MOST_LOOKS,
        "seconds": LIVE_SECONDS,
        "next_url": url_for("admin.audit", **kept, live=left - 1) if left else "",
    }


def _older(last: Any, terms: dict[str, str]) -> str:
    kept: dict[str, Any] = {name: typed for name, typed in terms.items() if typed}
    return url_for("admin.audit", **kept, before=audit_form.written(last.at, last.id))


def _presets(terms: dict[str, str]) -> list[dict[str, Any]]:
    """Return what is looked for most often; each is a link."""
    today = now().astimezone(zone()).date()
    week = str(today - timedelta(days=6))
    chosen = {name: typed for name, typed in terms.items() if typed}
    presets: tuple[tuple[str, dict[str, Any]], ...] = (
        (_("Sign-ins refused today"), {"event": "refused", "since": str(today)}),
        (_("Changes by administrators"), {"event": "administrators"}),
        (_("New accounts this week"), {"event": "accounts", "since": week}),
        (_("Deleted accounts"), {"event": "deletions"}),
        (_("Ways to sign in changed this week"), {"event": "ways_in", "since": week}),
        (_("Codes and tokens used twice"), {"event": "replays"}),
    )
    return [
        {"words": words, "url": url_for("admin.audit", **of), "is_current": of == chosen}
        for words, of in presets
    ]


@blueprint.get("/audit/<int:number>", endpoint="audit_row")
@needs(Permission.READ_AUDIT)
def show_row(number: int) -> ResponseReturnValue:
    """Show everything one row says, and whether its seal holds."""
    row = audit_search.get(number)
    if row is None:
        raise NotFound("There is no such row in the audit log, or not any more.")
    others = Wanted(reference=row.reference)
    beside = audit_search.latest(others, most=PAGE_SIZE) if row.reference else []
    visits = traces.search(row.reference) if row.reference else []
    told = audit_words.lines([row])[0]
    return render_template(
        "admin/audit_row.html",
        row=told,
        facts=_facts(row.details),
        beside=audit_words.lines([other for other in beside if other.id != row.id]),
        has_trace=bool(visits),
        failure=_failure(row, visits) if told["outcome"] == "refused" else None,
        seal=audit_proof.of_row(row),
    )


def _failure(row: Any, visits: Sequence[Attempt]) -> dict[str, Any] | None:
    """Return what stopped the sign-in that a refused row belongs to: the visit next to it."""
    refused = [visit for visit in visits if visit.outcome == "refused"]
    if not refused:
        return None
    why = row.details.get("reason") if row.details else None
    nearest = min(refused, key=lambda visit: (visit.reason != why, abs(visit.at - row.at)))
    is_known = bool(overview.names([nearest.client_id]))
    sees_users = permits(Permission.READ_USERS)
    return sentences.visit(nearest, client_is_known=is_known, sees_users=sees_users)


def _facts(details: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the details of a row in the order they were written; values as they stand there."""
    facts = [(name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
             for name, value in details.items()]  # fmt: skip
    if agent := details.get("agent"):
        facts.append(("browser", agents.describe(str(agent))))
    return facts


@blueprint.post("/audit/export", endpoint="export_audit")
@needs(Permission.READ_AUDIT)
def export() -> ResponseReturnValue:
    """Answer with what was found, as a file; a POST, because that is recorded as well."""
    kind = request.form.get("as", "")
    asked = audit_form.read(request.form)
    if kind not in MIME or asked.unknown:
        abort(400)
    terms = {name: typed for name, typed in asked.terms.items() if typed}
    me, address = administrator().user_id, guards.address()
    audit.record(Event.AUDIT_EXPORTED, actor_id=me, address=address, kind=kind, asked=terms)
    commit()
    pieces = _csv(asked) if kind == "csv" else audit_file.some(asked.wanted)
    answer = Response(stream_with_context(pieces), mimetype=MIME[kind])
    return headers.as_file(answer, f"audit-{now().date()}.{kind}")


def _csv(asked: Asked) -> Iterator[str]:
    """Yield the rows as a spreadsheet reads them, a chunk at a time."""
    yield _written([COLUMNS])
    for chunk in audit_file.rows(asked.wanted):
        people = overview.addresses({n for row in chunk for n in (row.actor_id, row.user_id)})
        commit()  # nobody reads for long with a transaction open
        yield _written([_cells(row, people) for row in chunk])


def _cells(row: Any, people: dict[int, str]) -> list[str]:
    by, about = (
        (audit_words.person(number, people) or {}).get("name", "")
        for number in (row.actor_id, row.user_id)
    )
    details = json.dumps(row.details, ensure_ascii=False) if row.details else ""
    return [
        _moment(row.at), row.event, audit_words.of(row.event), by, about, row.client_id,
        row.address, row.reference, details,
    ]  # fmt: skip


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _written(rows: Any) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([[spreadsheets.harmless(cell) for cell in row] for row in rows])
    return text.getvalue()
