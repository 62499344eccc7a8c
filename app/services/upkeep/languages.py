"""The languages we speak, and which one somebody reads."""

from __future__ import annotations

from flask_babel import get_locale

from app.models import User

LANGUAGES = ("en", "fr", "de", "es", "ar")
DEFAULT = "en"


def read_by(reader: User | None, *, asked: bool) -> str:
    """Return the language of a mail: the reader's own, if we speak it.

    `asked` tells that the reader has caused the mail: then it is the language of the pages they
    are looking at. What somebody else has caused must not come in the language of that person.
    """
    own = (reader.locale or "").split("-")[0].lower() if reader is not None else ""
    if own in LANGUAGES:
        return own
    shown = get_locale() if asked else None
    return shown.language if shown is not None and shown.language in LANGUAGES else DEFAULT
