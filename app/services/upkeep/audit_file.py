"""The audit log as a file that can be proved without us: every row with its link, and a signature.

A line is a row, the whole is one JSON document. A part of the log shows of each row that it was not
changed; the whole log shows as well that none is missing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

from app.clock import now
from app.database import reading
from app.security import seals
from app.services.upkeep import audit_proof, audit_search
from app.services.upkeep.audit_chain import CHAIN, EVENTS, SEALS
from app.services.upkeep.audit_proof import Proof
from app.services.upkeep.audit_search import Cursor, Wanted
from app.settings import settings

FORMAT = "sealwax audit log 1"
CHUNK = 1000
#: A file that a page hands out has at most so many rows; the command line has no end.
MOST_ROWS = 100_000
BEFORE = SEALS.alias("before")
SIGNED = ("position", "hash", "event_id", "horizon", "signature")


class NotOurFile(Exception):
    """The file is not one that we have written."""


def rows(wanted: Wanted, *, most: int = MOST_ROWS) -> Iterator[Sequence[Any]]:
    """Yield the rows that are looked for in chunks, the newest first."""
    before, left = None, most
    while left > 0:
        chunk = audit_search.latest(wanted, before=before, most=min(CHUNK, left))
        if chunk:
            yield chunk
            before = Cursor(chunk[-1].at, chunk[-1].id)
        left = left - len(chunk) if len(chunk) == CHUNK else 0


def some(wanted: Wanted, *, most: int = MOST_ROWS) -> Iterator[str]:
    """Yield a file with the rows that are looked for."""
    return _written(_entries(wanted, most), state=None)


def whole() -> Iterator[str]:
    """Yield a file with the whole log, link after link, then what is not sealed yet."""
    with reading() as connection:
        state = connection.execute(select(CHAIN)).mappings().one_or_none()
    kept = {name: state[name] for name in SIGNED} if state else None
    return _written(_chain(kept["position"] if kept else 0), state=kept)


def _written(entries: Iterable[dict[str, Any]], *, state: dict[str, Any] | None) -> Iterator[str]:
    text, count = seals.Running(), 0
    head = {"format": FORMAT, "issuer": settings.issuer, "exported_at": now(), "chain": state}
    yield text.add(_json(head)[:-1] + ', "events": [\n')
    for count, entry in enumerate(entries, 1):
        yield text.add(f"{',' if count > 1 else ''}{_json(entry)}\n")
    signature = seals.sign(settings.encryption_keys[0], "file", text.digest)
    yield f'], "count": {count}, "signature": "{signature}"}}\n'


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, default=datetime.isoformat)


def _entries(wanted: Wanted, most: int) -> Iterator[dict[str, Any]]:
    for chunk in rows(wanted, most=most):
        links = _links_of([event.id for event in chunk])
        for event in chunk:
            yield _entry(event, links.get(event.id))


def _links_of(ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    wanted = (
        select(SEALS, BEFORE.c.hash.label("before"))
        .outerjoin(BEFORE, BEFORE.c.position == SEALS.c.first - 1)
        .where(SEALS.c.event_id.in_(ids))
    )
    with reading() as connection:
        found = connection.execute(wanted).mappings().all()
    return {row["event_id"]: {**row, "before": row["before"] or seals.START} for row in found}


def _chain(end: int) -> Iterator[dict[str, Any]]:
    before = seals.START
    for seal, event in audit_proof.links(end):
        link = {column.name: getattr(seal, column.name) for column in SEALS.columns}
        yield _entry(event, {**link, "before": before})
        before = seal.hash
    unsealed = (
        select(EVENTS)
        .outerjoin(SEALS, SEALS.c.event_id == EVENTS.c.id)
        .where(SEALS.c.position.is_(None))
        .order_by(EVENTS.c.id)
        .limit(MOST_ROWS)
    )
    with reading() as connection:
        found = connection.execute(unsealed).all()
    yield from (_entry(event, None) for event in found)


def _entry(event: Any, link: dict[str, Any] | None) -> dict[str, Any]:
    """Return what the file says of a row; of a run of rows that are gone there is a link alone."""
    if event is None:
        return {"link": link}
    row = {column.name: getattr(event, column.name) for column in EVENTS.columns}
    return {**row, "link": link}


def verify(lines: Iterable[str], expected: tuple[int, str] | None = None) -> Proof:
    """Prove a file: its signature, and every link in it.

    Raises:
        NotOurFile: it was written by something else, or written anew.
    """
    try:
        return _verified(iter(lines), expected)
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration) as fault:
        raise NotOurFile from fault


def _verified(lines: Iterator[str], expected: tuple[int, str] | None) -> Proof:
    text = seals.Running()
    head = json.loads(text.add(next(lines)).removesuffix(', "events": [\n') + "}")
    if head["format"] != FORMAT:
        raise NotOurFile
    state = head["chain"]
    proof, signature = Proof(expected, is_whole=state is not None), None
    for line in lines:
        if line.startswith("]"):
            signature = json.loads("{" + line.removeprefix("], "))["signature"]
            break
        _take(proof, json.loads(text.add(line).removeprefix(",")))
    if signature is None:
        raise NotOurFile
    if state is not None:
        proof.finish(state)
    if not seals.is_signed(settings.encryption_keys, signature, "file", text.digest):
        proof.note("file")
    return proof


def _take(proof: Proof, entry: dict[str, Any]) -> None:
    link = entry.pop("link")
    if link is None:
        proof.unsealed += 1
        return
    event = SimpleNamespace(**entry) if entry else None
    if event is not None:
        event.at = datetime.fromisoformat(event.at)
    proof.take(SimpleNamespace(**link), event, before=link["before"])
