"""A language made up on the fly: longer, accented, in brackets; nobody has to learn it.

What is marked for translation comes out as ⟦Šîĝñ îñ one two⟧; what stands in plain letters was
forgotten. The words are two fifths longer, as German or Finnish may be.
"""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from flask import Flask

from app.extensions import babel

ROOT = Path(__file__).resolve().parents[2]
KEYWORDS = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
#: Esperanto: babel knows it, and we have no pages in it.
LANGUAGE = "eo"
OPENING, CLOSING = "⟦", "⟧"
LONGER = 0.4
PADDING = "one two three four five six seven eight nine ten "
_PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ACCENTED = "àƀçđéƒĝĥîĵķļɱñöþǫŕšţûṽŵẋýžÀƁÇĐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽ"
_LETTERS = str.maketrans(_PLAIN, _ACCENTED)
#: What must stay as it is: placeholders, and entities of HTML.
_KEPT = re.compile(r"(%\(\w+\)[sd]|%%|&\w+;)")


def said(text: str) -> str:
    """Return a message as this language says it."""
    parts = _KEPT.split(text)
    accented = "".join(
        part if number % 2 else part.translate(_LETTERS) for number, part in enumerate(parts)
    )
    more = (PADDING * (len(text) // 40 + 1))[: round(len(text) * LONGER)].strip()
    return f"{OPENING}{accented} {more.translate(_LETTERS)}{CLOSING}"


def write(folder: Path) -> None:
    """Write the catalog of everything that is marked."""
    catalog = Catalog(locale=LANGUAGE)
    for message, context in _marked():
        forms = message if isinstance(message, tuple) else (message,)
        spoken = tuple(map(said, forms)) if len(forms) > 1 else said(forms[0])
        catalog.add(message, spoken, context=context)
    file = folder / LANGUAGE / "LC_MESSAGES" / "messages.mo"
    file.parent.mkdir(parents=True)
    with file.open("wb") as opened:
        write_mo(opened, catalog)


def _marked() -> set[tuple[str | tuple[str, ...], str | None]]:
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(
        str(ROOT),
        methods,
        options,
        keywords=KEYWORDS,
        directory_filter=lambda folder: Path(folder).name not in {".venv", "tests", "build"},
    )
    return {(message, context) for _, _, message, _, context in found}


def speak(site: Flask, folder: Path) -> None:
    """Let every page of an application speak it."""
    site.config["BABEL_TRANSLATION_DIRECTORIES"] = str(folder)
    babel.init_app(site, locale_selector=lambda: LANGUAGE)
