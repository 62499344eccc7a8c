"""What the redirect doctor found, in words and signs, as pages show it (product.md, number 2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext

from app.security.redirect_doctor import CAUSES


def words(causes: Iterable[str]) -> list[str]:
    """Return the causes as sentences in the reader's language; those of older versions are left."""
    found = list(causes)
    if "proxy_http" in found and "insecure" in found:  # the first one says it, and more
        found.remove("insecure")
    return [gettext(CAUSES[cause]) for cause in found if cause in CAUSES]


def compared(check: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the two addresses in pieces that differ and do not, None when they were not kept."""
    if not check.get("sent_marks"):
        return None
    return {"sent": check["sent_marks"], "nearest": check.get("nearest_marks") or []}
