"""JSON that has one meaning only: an object in which every name stands once (RFC 8725 §2.4)."""

from __future__ import annotations

import json
from typing import Any


class BadJson(ValueError):
    """The bytes are no JSON object, or one that two parsers could read differently."""


def parse_object(raw: bytes) -> dict[str, Any]:
    """Return the object.

    Raises:
        BadJson: it is none, is nested too deeply, or names a member twice.
    """
    try:
        parsed = json.loads(raw, object_pairs_hook=_once, parse_constant=_refuse)
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
