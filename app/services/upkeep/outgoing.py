"""Requests of ours to addresses of others, under the policy of this deployment."""

from __future__ import annotations

from collections.abc import Mapping

from app.database import end_reads
from app.security import fetcher
from app.security.fetcher import NO_HEADERS, OF_CLIENTS, Fetched, Lane
from app.security.guarded_network import FetchPolicy
from app.security.uris import LOOPBACK_NAMES
from app.settings import settings

LONGEST_DOCUMENT = 65_536


def get(
    url: str,
    *,
    accept: str,
    longest: int = LONGEST_DOCUMENT,
    headers: Mapping[str, str] = NO_HEADERS,
    lane: Lane = OF_CLIENTS,
) -> Fetched:
    """Fetch a document; nothing may be written before that is not committed.

    Raises:
        FetchFailed: there is no usable answer.
    """
    end_reads()
    return fetcher.get(url, _policy(), longest=longest, accept=accept, headers=headers, lane=lane)


def probe(url: str) -> Fetched:
    """Ask for the head of a page, to see who is there and what time they have.

    Raises:
        FetchFailed: there is no answer.
    """
    end_reads()
    return fetcher.probe(url, _policy())


def post_form(url: str, fields: Mapping[str, str]) -> int:
    """Post a form; return the status.

    Raises:
        FetchFailed: there is no answer.
    """
    end_reads()
    return fetcher.post_form(url, fields, _policy())


def post_for_document(url: str, body: str, *, headers: Mapping[str, str]) -> Fetched:
    """Post an encoded form; return the answer with its document.

    Raises:
        FetchFailed: there is no usable answer.
    """
    end_reads()
    return fetcher.post_for_document(
        url, body, _policy(), longest=LONGEST_DOCUMENT, headers=headers
    )


def _policy() -> FetchPolicy:
    """Return what may be reached; who develops may reach what runs on the same machine."""
    hosts = frozenset(name.lower() for name in settings.fetch_private_hosts)
    if settings.is_local:
        hosts |= LOOPBACK_NAMES
    return FetchPolicy(hosts, settings.fetch_ca_file)
