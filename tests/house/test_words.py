"""The voice of the pages: calm, short, and without the words of ux.md 4.5's list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO

import pytest
from babel.messages.extract import extract

from tests.house.sources import ROOT, python, templates

KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
#: Nowhere: they blame, beg, or say nothing.
FORBIDDEN = re.compile(
    r"\b(please|sorry|oops|whoops|uh-oh|invalid|illegal|failed|failure|click here|"
    r"log ?in|log ?out|log ?on|logged|login|something went wrong)\b|!(?!=)",
    re.IGNORECASE,
)
#: Words of the protocol, which administrators and developers read, and other people do not.
TECHNICAL = re.compile(r"\b(credentials?|authenticat(?!or app)\w+|authori[sz]\w+)\b", re.IGNORECASE)
FOR_SPECIALISTS = ("templates/admin/", "templates/errors/request.html", "app/")
#: What is said to other software, or by the name of a standard, is not said to people.
NAMES = re.compile(r"authorization code|authorization server|authorization endpoint", re.IGNORECASE)


def _messages() -> Iterator[tuple[str, str]]:
    for name, text in templates().items():
        for line, message in _extracted("jinja2.ext:babel_extract", text):
            yield f"templates/{name}:{line}", message
    for source in python("app"):
        for line, message in _extracted("python", source.text):
            yield f"{source.path}:{line}", message


def _extracted(method: str, text: str) -> Iterator[tuple[int, str]]:
    options = {"trimmed": "true", "silent": "false"} if "jinja" in method else {}
    found = extract(method, BytesIO(text.encode()), keywords=KEYWORDS, options=options)
    for line, messages, _comments, _context in found:
        for message in messages if isinstance(messages, tuple) else (messages,):
            yield line, message


MESSAGES = list(_messages())


def test_there_are_messages_to_look_at():
    assert len(MESSAGES) > 100


def test_no_page_begs_blames_or_exclaims():
    faults = [f"{place} {message!r}" for place, message in MESSAGES if FORBIDDEN.search(message)]

    assert not faults, "\n".join(faults)


def test_people_are_spared_the_words_of_the_protocol():
    faults = [
        f"{place} {message!r}"
        for place, message in MESSAGES
        if not place.startswith(FOR_SPECIALISTS) and TECHNICAL.search(NAMES.sub("", message))
    ]

    assert not faults, "\n".join(faults)


TEXT_NODE = re.compile(r">([^<>{}]*[A-Za-z]{2,}[^<>{}]*)<")


@pytest.mark.parametrize("name", [name for name in templates() if name.endswith(".html")])
def test_all_text_of_a_template_can_be_translated(name):
    plain = re.sub(r"\{#.*?#\}|\{% trans.*?endtrans %\}", "", templates()[name], flags=re.DOTALL)
    plain = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "{}", plain, flags=re.DOTALL)
    plain = re.sub(r"<(code|kbd|pre|script|style)\b.*?</\1>", "", plain, flags=re.DOTALL)

    faults = [text.strip() for text in TEXT_NODE.findall(plain)]

    assert not faults, faults


def test_words_are_looked_for_where_pages_live():
    assert (ROOT / "templates" / "layout.html").exists()
