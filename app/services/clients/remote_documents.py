"""JSON documents that others keep at an address, as they were last fetched.

They are kept in the database for all processes. What a document does not hold makes us look
again, once a minute at most: otherwise anybody could make us call somebody without end.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from time import monotonic, sleep
from typing import Any

from sqlalchemy import select, update

from app.clock import now
from app.database import at_once, db, end_reads, insert_or
from app.models import RemoteDocument
from app.security import secrets
from app.security.guarded_network import FetchFailed
from app.security.strict_json import BadJson, parse_object
from app.services.upkeep import outgoing

DOCUMENTS = RemoteDocument.__table__
BETWEEN_TRIES = timedelta(minutes=1)
#: What is taken out of a document is refused after this at the latest.
FRESH_FOR = timedelta(minutes=5)
#: A document that cannot be fetched any more is good for this long.
STALE_FOR = timedelta(hours=12)
#: As long as a fetch takes at most.
LONGEST_WAIT_SECONDS = 4.0
SECONDS_BETWEEN_LOOKS = 0.05

#: Says why a document cannot be used, None when it can.
Judge = Callable[[dict[str, Any]], str | None]


def get(uri: str, *, accept: str, judge: Judge) -> dict[str, Any] | None:
    """Return the document, fetched if need be; None when no usable one is at hand.

    No transaction may be open.
    """
    kept = _kept(uri)
    if kept is None or kept.fetched_at is None or kept.fetched_at + FRESH_FOR <= now():
        kept = _renew(uri, accept, judge)
    return _parsed(kept)


def renewed(uri: str, *, accept: str, judge: Judge) -> dict[str, Any] | None:
    """Return the document as it is now, unless it was asked for less than a minute ago."""
    return _parsed(_renew(uri, accept, judge))


def fault_of(uri: str) -> str:
    """Return why the last try failed, empty when it did not."""
    kept = _kept(uri)
    return kept.fault if kept is not None else ""


def _kept(uri: str) -> Any:
    wanted = select(DOCUMENTS).where(DOCUMENTS.c.uri_digest == secrets.digest(uri))
    return db.session.execute(wanted).one_or_none()


def _parsed(kept: Any) -> dict[str, Any] | None:
    if kept is None or kept.body is None or kept.fetched_at + STALE_FOR <= now():
        return None
    return parse_object(kept.body.encode())


def _renew(uri: str, accept: str, judge: Judge) -> Any:
    """Fetch the document, or wait for whoever does; return it as it is kept then."""
    end_reads()
    if _takes_turn(uri):
        _fetch(uri, accept, judge)
    else:
        _wait(uri)
    return _kept(uri)


def _takes_turn(uri: str) -> bool:
    """Tell whether this process is to fetch now; of all processes one a minute is."""
    moment = now()
    row = {"uri_digest": secrets.digest(uri), "uri": uri, "tried_at": moment, "fault": ""}
    taken = (
        insert_or(DOCUMENTS)
        .values(row)
        .on_conflict_do_update(
            index_elements=[DOCUMENTS.c.uri_digest],
            set_={"tried_at": moment, "fault": ""},
            where=DOCUMENTS.c.tried_at <= moment - BETWEEN_TRIES,
        )
        .returning(DOCUMENTS.c.uri_digest)
    )
    with at_once() as connection:
        return connection.execute(taken).first() is not None


def _fetch(uri: str, accept: str, judge: Judge) -> None:
    """Fetch a document and keep it; a faulty one leaves the last good one as it is."""
    news: dict[str, Any]
    try:
        body = outgoing.get(uri, accept=accept).body
        fault = judge(parse_object(body))
        news = {"body": body.decode(), "fetched_at": now()}
    except FetchFailed as failed:
        fault = failed.reason
    except (BadJson, UnicodeError):
        fault = "no_json"
    if fault is not None:
        news = {"fault": fault[:100]}
    with at_once() as connection:
        mine = DOCUMENTS.c.uri_digest == secrets.digest(uri)
        connection.execute(update(DOCUMENTS).where(mine).values(news))


def _wait(uri: str) -> None:
    """Wait until another process or thread has fetched what it is fetching."""
    end = monotonic() + LONGEST_WAIT_SECONDS
    while monotonic() < end and _is_under_way(_kept(uri)):
        end_reads()
        sleep(SECONDS_BETWEEN_LOOKS)


def _is_under_way(kept: Any) -> bool:
    if kept is None or kept.fault:
        return False
    done = kept.fetched_at is not None and kept.fetched_at >= kept.tried_at
    return not done and kept.tried_at + timedelta(seconds=LONGEST_WAIT_SECONDS) > now()
