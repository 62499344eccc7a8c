"""Colours and logo of the deployment: a tiny style sheet and a picture, each kept for good.

The colours stand in the address of the style sheet, so that it can never be an old one.
"""

from __future__ import annotations

from flask import Blueprint, Response, abort, url_for

from app.security import colours
from app.services.upkeep import branding
from app.services.upkeep.branding import Brand
from app.web.access import ANYONE, needs

blueprint = Blueprint("brand", __name__)
FOR_GOOD = "public, max-age=31536000, immutable"
SHEET = """@layer tokens {{
  :root {{
    --primary: light-dark({light.primary}, {dark.primary});
    --on-primary: light-dark({light.on_primary}, {dark.on_primary});
    --primary-hover: light-dark({light.hover}, {dark.hover});
    --primary-soft: light-dark({light.soft}, {dark.soft});
  }}
}}
"""


@blueprint.get("/brand/<light>-<dark>.css")
@needs(ANYONE)
def sheet(light: str, dark: str) -> Response:
    """Answer with the style sheet of two colours, for light pages and dark ones."""
    accents = (f"#{light}", f"#{dark}")
    if not all(colours.HEX.fullmatch(accent) for accent in accents):
        abort(404)
    content = SHEET.format(
        light=colours.palette(accents[0], "light"), dark=colours.palette(accents[1], "dark")
    )
    answer = Response(content, mimetype="text/css")
    answer.headers["Cache-Control"] = FOR_GOOD
    return answer


@blueprint.get("/brand/logo/<handle>.png")
@needs(ANYONE)
def logo(handle: str) -> Response:
    """Answer with the logo."""
    content = branding.logo(handle)
    if content is None:
        abort(404)
    answer = Response(content, mimetype="image/png")
    answer.headers["Cache-Control"] = FOR_GOOD
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def sheet_of(accent: str, accent_dark: str) -> str:
    """Return the address of the style sheet, empty where the colours are our own."""
    if not accent:
        return ""
    return url_for("brand.sheet", light=accent[1:], dark=accent_dark[1:])


def logo_of(handle: str) -> str:
    """Return the address of a logo, empty where there is none."""
    return url_for("brand.logo", handle=handle) if handle else ""


def shown(brand: Brand, theme: str) -> dict[str, str]:
    """Return a brand as templates know it; without a theme, for a mail, which fetches nothing."""
    light, dark = logos_of(brand, theme) if theme else ("", "")
    return {
        "name": brand.service_name,
        "support_contact": brand.support_contact,
        "privacy_url": brand.privacy_url,
        "terms_url": brand.terms_url,
        "sheet": sheet_of(brand.accent, brand.accent_dark) if theme else "",
        "logo": light,
        "logo_dark": dark,
    }


def logos_of(brand: Brand, theme: str) -> tuple[str, str]:
    """Return the address of the logo, empty where the mark is our own, and of one for dark pages.

    The second is empty when the first is right in any case: the browser need not choose.
    """
    light, dark = logo_of(brand.logo_handle), logo_of(brand.logo_dark_handle)
    if not light or not dark or theme == "light":
        return light, ""
    return (dark, "") if theme == "dark" else (light, dark)
