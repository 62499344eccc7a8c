"""What a list is asked for: terms and page numbers from the URL, which anybody can write."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from flask import request

T = TypeVar("T")
LONGEST_TERM = 200
MOST_PAGES = 100_000


@dataclass(frozen=True)
class Found(Generic[T]):
    """One page of what a search has found."""

    rows: Sequence[T]
    page: int
    pages: int
    total: int


def term(name: str) -> str:
    """Return a search term, one line, bounded."""
    typed = request.args.get(name, "")[:LONGEST_TERM]
    return "".join(sign for sign in typed if sign.isprintable()).strip()


def one_of(name: str, known: Sequence[str]) -> str:
    """Return a choice if it is a known one, empty otherwise."""
    chosen = request.args.get(name, "")
    return chosen if chosen in known else ""


def paged(search: Callable[[int], tuple[Sequence[T], int]], size: int) -> Found[T]:
    """Return the page that the URL names, the last one when there are fewer."""
    page = min(max(request.args.get("page", 1, type=int), 1), MOST_PAGES)
    rows, total = search(page)
    pages = max(1, -(-total // size))
    if page > pages:
        page = pages
        rows, total = search(page)
    return Found(rows, page, pages, total)
