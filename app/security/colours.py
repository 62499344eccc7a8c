"""Colours: how well one is read on another (WCAG 2.2 §1.4.3), and shades that can be read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Scheme = Literal["light", "dark"]
HEX = re.compile(r"#[0-9a-f]{6}")
READABLE = 4.5
WHITE, BLACK = "#ffffff", "#000000"
#: What an accent stands on: the papers of static/css/app.css.
PAPERS: dict[Scheme, tuple[str, ...]] = {
    "light": ("#ffffff", "#faf9f7", "#f3f1ed"),
    "dark": ("#1c1b1f", "#131215", "#26242a"),
}
#: What a shade is mixed with to stand out more.
AWAY: dict[Scheme, str] = {"light": BLACK, "dark": WHITE}
STEPS = 50


@dataclass(frozen=True, slots=True)
class Palette:
    """An accent with what goes with it, in one scheme."""

    primary: str
    on_primary: str
    hover: str
    soft: str


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mix(one: str, other: str, share: float) -> str:
    """Return a colour with a share of another in it."""
    pairs = zip(_parts(one), _parts(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def palette(accent: str, scheme: Scheme) -> Palette:
    """Return what goes with an accent."""
    on_primary = max((WHITE, BLACK), key=lambda ink: contrast(ink, accent))
    # Away from the ink on it: what is pressed must not become harder to read.
    hover = mix(accent, BLACK if on_primary == WHITE else WHITE, 0.2)
    return Palette(accent, on_primary, hover, mix(accent, PAPERS[scheme][0], 0.88))


def is_readable(accent: str, scheme: Scheme) -> bool:
    """Tell whether links and buttons in this colour can be read wherever they stand."""
    made = palette(accent, scheme)
    pairs = [(accent, paper) for paper in (*PAPERS[scheme], made.soft)]
    pairs += [(made.on_primary, accent), (made.on_primary, made.hover)]
    return all(contrast(*pair) >= READABLE for pair in pairs)


def lowest(accent: str, scheme: Scheme) -> float:
    """Return the lowest contrast that the colour has with what it stands on."""
    papers = (*PAPERS[scheme], palette(accent, scheme).soft)
    return min(contrast(accent, paper) for paper in papers)


def nearest(accent: str, scheme: Scheme) -> str:
    """Return the shade nearest to a colour that can be read."""
    shades = (mix(accent, AWAY[scheme], step / STEPS) for step in range(STEPS + 1))
    return next(shade for shade in shades if is_readable(shade, scheme))


def _parts(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def _luminance(colour: str) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (number / 255 for number in _parts(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
