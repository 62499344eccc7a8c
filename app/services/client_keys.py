"""Keys of clients: registered by value or by address, and secrets that sign.

Documents at `jwks_uri` are kept in the database for all processes. A key we do not know makes us
look again, once a minute at most: otherwise anybody could make us call a client without end.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from time import monotonic, sleep
from typing import Any

from sqlalchemy import select, update

from app.clock import now
from app.database import at_once, db, end_reads, insert_or
from app.models import Client, RemoteDocument
from app.security import client_tokens, jwks, secrets
from app.security.client_tokens import SECRET_ALG, Unverified
from app.security.guarded_network import FetchFailed
from app.security.jose import BadToken
from app.security.secrets import CannotDecrypt
from app.security.strict_json import BadJson, parse_object
from app.services import outgoing
from app.settings import settings

DOCUMENTS = RemoteDocument.__table__
ACCEPT = "application/jwk-set+json, application/json"
BETWEEN_TRIES = timedelta(minutes=1)
#: A key that a client takes out of its document is refused after this at the latest.
FRESH_FOR = timedelta(minutes=5)
#: A client whose document cannot be fetched may go on with the last one for this long.
STALE_FOR = timedelta(hours=12)
#: As long as a fetch takes at most.
LONGEST_WAIT_SECONDS = 4.0
SECONDS_BETWEEN_LOOKS = 0.05


def verify(client: Client, token: str, algorithms: Collection[str]) -> dict[str, Any]:
    """Return the claims of a token that the client has signed; what they say is not checked.

    No transaction may be open: the client's key set may have to be fetched.

    Raises:
        BadToken: it cannot be read, or no key of the client made the signature.
    """
    unverified = client_tokens.read(token, algorithms)
    if unverified.alg == SECRET_ALG:
        return _believed(unverified, [secret.encode() for secret in sealed_secrets(client)])
    known = key_set(client)
    if known and unverified.is_signed_with(_candidates(known, unverified)):
        return unverified.claims
    renewed = _renewed(client)
    return _believed(unverified, _candidates(renewed or {"keys": []}, unverified))


def _candidates(known: dict[str, Any], unverified: Unverified) -> list[Any]:
    return jwks.signers(known, kid=unverified.kid, alg=unverified.alg)


def _believed(unverified: Unverified, keys: list[Any]) -> dict[str, Any]:
    if not keys:
        reason = "unknown_key"
        raise BadToken(reason)
    if not unverified.is_signed_with(keys):
        reason = "wrong_signature"
        raise BadToken(reason)
    return unverified.claims


def sealed_secrets(client: Client) -> list[str]:
    """Return the living secrets of a client that signs or decrypts with them, the newest first."""
    alive = [kept for kept in client.secrets if kept.is_alive and kept.sealed]
    opened = []
    for kept in reversed(alive):
        try:
            opened.append(
                secrets.decrypt(settings.encryption_keys, kept.sealed or "", context=kept.digest)
            )
        except CannotDecrypt:  # the key outside the database was replaced: this one is lost
            continue
    return opened


def key_set(client: Client) -> dict[str, Any] | None:
    """Return the client's key set, fetched if need be; None when it has none or none is at hand."""
    if client.setting("jwks"):
        return dict(client.setting("jwks"))
    uri = client.setting("jwks_uri")
    if not uri:
        return None
    kept = _kept(uri)
    if kept is None or kept.fetched_at is None or kept.fetched_at + FRESH_FOR <= now():
        kept = _renew(uri)
    return _parsed(kept)


def _renewed(client: Client) -> dict[str, Any] | None:
    """Return the key set as it is now at its address, None when nothing new could be learnt."""
    uri = client.setting("jwks_uri")
    return _parsed(_renew(uri)) if uri and not client.setting("jwks") else client.setting("jwks")


def _kept(uri: str) -> Any:
    wanted = select(DOCUMENTS).where(DOCUMENTS.c.uri_digest == secrets.digest(uri))
    return db.session.execute(wanted).one_or_none()


def _parsed(kept: Any) -> dict[str, Any] | None:
    if kept is None or kept.body is None or kept.fetched_at + STALE_FOR <= now():
        return None
    return parse_object(kept.body.encode())


def _renew(uri: str) -> Any:
    """Fetch the document, or wait for whoever does; return it as it is kept then."""
    end_reads()
    if _takes_turn(uri):
        _fetch(uri)
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


def _fetch(uri: str) -> None:
    """Fetch a key set and keep it; a faulty one leaves the last good one as it is."""
    news: dict[str, Any]
    try:
        body = outgoing.get(uri, accept=ACCEPT).body
        fault = jwks.fault(parse_object(body))
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
