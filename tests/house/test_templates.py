"""Pages hold nothing inline, say what they need, and mirror for right-to-left languages."""

from __future__ import annotations

import re

import pytest
from flask import render_template_string
from sqlalchemy import select

from app.database import db
from app.models import User
from tests.house.sources import ROOT, templates

#: Parts and frames, and documents that are no page of ours.
NO_PAGE = ("components/", "layouts/", "email/", "snippets/", "layout.html")
STANDALONE = {"login/form_post.html"}
PAGES = [name for name in templates() if not name.startswith(NO_PAGE) and name not in STANDALONE]
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
INLINE = {
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "style attribute": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "script without src": re.compile(r"<script\b(?![^>]*\bsrc=)", re.IGNORECASE),
    "event attribute": re.compile(r"\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "javascript address": re.compile(r"javascript:", re.IGNORECASE),
}
#: Logical properties (inline-start) mirror themselves; these do not.
ONE_SIDED = re.compile(
    r"(?<![\w-])(?:(?:margin|padding|border|inset|scroll-margin|scroll-padding)-(?:left|right)"
    r"|left|right)(?:-[a-z]+)?\s*:|(?:text-align|float|clear)\s*:\s*(?:left|right)\b"
    r"|border-(?:top|bottom)-(?:left|right)-radius\s*:"
)
CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@pytest.mark.parametrize("name", templates())
def test_template_begins_with_what_it_needs(name):
    assert templates()[name].startswith("{# context:"), "begin with {# context: name: shape … #}"


@pytest.mark.parametrize("name", PAGES)
def test_page_extends_a_layout(name):
    text = templates()[name]

    assert re.search(r"\{%-? extends ['\"](layout\.html|layouts/\w+\.html)['\"]", text)


@pytest.mark.parametrize("name", [name for name in templates() if not name.startswith("email/")])
def test_template_holds_nothing_inline(name):
    without_comments = re.sub(r"\{#.*?#\}", "", templates()[name], flags=re.DOTALL)

    found = [what for what, pattern in INLINE.items() if pattern.search(without_comments)]

    assert not found, found


@pytest.mark.parametrize(
    "path", sorted((ROOT / "static").rglob("*.css")), ids=lambda path: path.name
)
def test_style_sheet_mirrors_for_right_to_left(path):
    text = CSS_COMMENT.sub("", path.read_text(encoding="utf-8"))

    faults = [line.strip() for line in text.splitlines() if ONE_SIDED.search(line)]

    assert not faults, faults


def test_the_parts_of_pages_are_all_used():
    everything = "\n".join(templates().values())
    parts = [name for name in templates() if name.startswith(("components/", "layouts/"))]

    unused = [
        name for name in parts if f"'{name}'" not in everything and f'"{name}"' not in everything
    ]

    assert not unused, unused


def test_a_template_cannot_ask_the_database(app):
    def question():
        return db.session.scalar(select(User.id))

    with app.test_request_context("/"), pytest.raises(AssertionError, match="asks the database"):
        render_template_string("{{ question() }}", question=question)
