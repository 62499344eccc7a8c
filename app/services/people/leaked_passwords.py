"""Leaked passwords: is one among them, and build a list of one's own.

The list that comes with us (app/data) holds the passwords most often seen in leaks; a deployment
may have a bigger one. Nothing is asked of anybody else: a password, or a part of its digest, never
leaves the provider.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import cast

from flask import Flask, current_app

from app.named_files import SettingsRefused
from app.security import known_leaks
from app.security.known_leaks import KnownLeaks, NotAFilter, Shape
from app.settings import Settings

SHIPPED = Path(__file__).parent.parent.parent / "data" / "leaked_passwords.filter"
EXTENSION = "sealwax.leaks"
SHORTEST_WORD = 4
#: Fewer letters are no word: nobody's figures are to be taken for a leaked password.
FEWEST_LETTERS = 3
#: Runs of letters, and of letters and figures: what people put figures and marks around.
RUNS = (re.compile(r"[^\W\d_]+"), re.compile(r"[^\W_]+"))


def contains(password: str) -> bool:
    """Tell whether a password is known from leaks, as it is or but for capitals and width."""
    return any(form in kept for form in _forms(password) for kept in _lists())


def words_in(lowered: str) -> Iterator[str]:
    """Yield the parts of a password that may be a leaked one with something around it."""
    runs = chain.from_iterable(run.findall(lowered) for run in RUNS)
    core = lowered.strip("".join({sign for sign in lowered if not sign.isalpha()}))
    return (word for word in dict.fromkeys((*runs, core)) if _is_word(word))


def _is_word(part: str) -> bool:
    return len(part) >= SHORTEST_WORD and sum(map(str.isalpha, part)) >= FEWEST_LETTERS


def build(source: Path, target: Path) -> Shape:
    """Make a filter of a list of passwords, or of their SHA-1 digests; return its shape.

    The list is read twice and never held in memory: it may have a thousand million lines.

    Raises:
        OSError: a file cannot be read or written.
    """
    shape = known_leaks.shape_for(sum(1 for _ in known_leaks.digests_in(source)))
    known_leaks.build(known_leaks.digests_in(source), target, shape)
    return shape


def _forms(password: str) -> set[str]:
    """Return how it may stand in a list: digests of others are of what people typed."""
    compatible = unicodedata.normalize("NFKC", password)
    return {password, compatible, compatible.casefold()}


def _lists() -> tuple[KnownLeaks, ...]:
    return cast("tuple[KnownLeaks, ...]", current_app.extensions[EXTENSION])


def init_leaks(app: Flask, settings: Settings) -> None:
    """Map the lists into memory, once for the process.

    Raises:
        SettingsRefused: the list of this deployment cannot be used.
    """
    own = settings.leaked_passwords_file
    paths = (SHIPPED, Path(own)) if own else (SHIPPED,)
    try:
        app.extensions[EXTENSION] = tuple(KnownLeaks(path) for path in paths)
    except NotAFilter as fault:
        raise SettingsRefused(f"SEALWAX_LEAKED_PASSWORDS_FILE: {fault}") from None
