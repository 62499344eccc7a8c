"""JSON that has one meaning only: an object in which every name stands once (RFC 8725 §2.4).

It is UTF-8 (RFC 8259 §8.1), and every text in it can be written as such: half a pair of
surrogates could neither be stored nor sent on.
"""

from __future__ import annotations

import json
from typing import Any


class BadJson(ValueError):
    """The bytes are no JSON object, or one that two parsers could read differently."""


def parse_object(raw: bytes) -> dict[str, Any]:
    """Return the object.

    Raises:
        BadJson: it is none, is nested too deeply, names a member twice, or holds half a character.
    """
    try:
        text = raw.decode("utf-8-sig")
        parsed = _decode(text)
        if "\\u" in text:
            json.dumps(parsed, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise BadJson from None
    if not isinstance(parsed, dict):
        raise BadJson
    return parsed


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadJson
    return found


def _refuse(_name: str) -> Any:
    raise BadJson


#: Made once: `json.loads` makes another decoder for every token that is looked at.
_decode = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_refuse).decode
