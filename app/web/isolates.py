"""Names within sentences: each keeps its own direction and leaves that of the sentence alone.

An Arabic sentence that begins with a Latin name would be taken for a Latin one, and its full stop
would stand at the wrong end (UAX #9, section 2.7). The two signs show nothing, and work in titles,
attributes and mails, where no element can.
"""

from __future__ import annotations

from typing import Any
from unicodedata import bidirectional

from flask_babel import Domain, get_locale

FIRST_STRONG, POP = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"

#: Letters that run from right to left, and the signs that make others do so.
TURNING = frozenset({"R", "AL", "RLE", "RLO"})


class Sentences(Domain):
    """Flask-Babel's messages, with what is put into them isolated."""

    def gettext(self, string: str, **variables: Any) -> str:
        """Return a sentence in the language in use."""
        said: str = super().gettext(string, **isolated(variables))
        return said

    def ngettext(self, singular: str, plural: str, num: int, **variables: Any) -> str:
        """Return a sentence that counts in the language in use."""
        said: str = super().ngettext(singular, plural, num, **isolated(variables))
        return said


def isolated(values: dict[str, Any]) -> dict[str, Any]:
    """Return values as a sentence takes them in: isolated where they run the other way.

    What is HTML already has elements for it (components/person.html).
    """
    locale = get_locale() if values else None
    if locale is None:
        return values
    turns = _is_latin if locale.text_direction == "rtl" else _is_turned
    return {
        name: f"{FIRST_STRONG}{value}{POP}" if type(value) is str and turns(value) else value
        for name, value in values.items()
    }


def _is_latin(value: str) -> bool:
    return any(sign.isalpha() for sign in value)


def _is_turned(value: str) -> bool:
    return not value.isascii() and any(bidirectional(sign) in TURNING for sign in value)
