"""The colours of the style sheet can be read by everybody, in light and in dark (ux.md 4.3)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).resolve().parents[2] / "static/css/app.css").read_text(encoding="utf-8")
TOKENS = {
    name: (light, dark)
    for name, light, dark in re.findall(
        r"--([\w-]+): light-dark\((#[0-9A-F]{6}), (#[0-9A-F]{6})\)", CSS
    )
}
#: Text and what it stands on.
READ = [
    ("text", "bg"),
    ("text", "surface"),
    ("text", "sunken"),
    ("muted", "bg"),
    ("muted", "surface"),
    ("muted", "sunken"),
    ("primary", "bg"),
    ("primary", "surface"),
    ("on-primary", "primary"),
    ("on-primary", "primary-hover"),
    ("on-danger", "danger"),
    *((tone, f"{tone}-soft") for tone in ("primary", "danger", "success", "warning")),
    *(("text", f"{tone}-soft") for tone in ("primary", "danger", "success", "warning")),
]
#: Edges of what can be used or means something (WCAG 1.4.11).
SEEN = [("control", "surface"), ("control", "sunken"), ("primary", "surface"), ("wax", "bg")]


def _luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one, other):
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "paper"), READ)
def test_text_stands_out_seven_to_one(ink, paper, scheme):
    assert _contrast(TOKENS[ink][scheme], TOKENS[paper][scheme]) >= 7


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("edge", "paper"), SEEN)
def test_edges_stand_out_three_to_one(edge, paper, scheme):
    assert _contrast(TOKENS[edge][scheme], TOKENS[paper][scheme]) >= 3


def test_colours_are_written_among_the_tokens_alone():
    after = CSS[CSS.index("@layer base") :]

    assert not re.findall(r"#[0-9A-Fa-f]{3,8}\b(?=[;,) ])", after)
