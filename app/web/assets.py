"""Static files under addresses that change with their content, so browsers may keep them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Flask, current_app, url_for

from app.settings import settings

A_YEAR = 31_536_000


def asset(path: str) -> str:
    """Return the address of a static file, with the hash of its content."""
    versions: dict[str, str] = current_app.extensions["sealwax.assets"]
    if path not in versions:
        content = Path(current_app.static_folder or "", path).read_bytes()
        versions[path] = hashlib.sha256(content).hexdigest()[:8]
    return url_for("static", filename=path, v=versions[path])


def brand() -> dict[str, str]:
    """Return whose pages these are, for every template."""
    return {
        "name": settings.service_name,
        "support_contact": settings.support_contact,
        "privacy_url": settings.privacy_url,
        "terms_url": settings.terms_url,
    }


def init_app(app: Flask) -> None:
    """Give templates `asset` and `brand`."""
    app.extensions["sealwax.assets"] = {}
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = A_YEAR
    app.jinja_env.globals["asset"] = asset
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.context_processor(lambda: {"brand": brand()})
