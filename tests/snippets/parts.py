"""A snippet taken apart into the files it tells its reader to write."""

from __future__ import annotations

import re

BORDER = re.compile(r"^(?:#|//) --- (\S+)$", re.MULTILINE)


def files_of(text: str) -> dict[str, str]:
    """Return what goes into each file, by its name; a snippet for one file has the name ""."""
    before, *named = BORDER.split(text)
    if not named:
        return {"": before}
    return dict(zip(named[::2], named[1::2], strict=True))
