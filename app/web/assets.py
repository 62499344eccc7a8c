"""Static files under addresses that change with their content, so browsers may keep them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Flask, current_app, has_request_context, url_for

from app.services.upkeep import branding
from app.web import brand as look
from app.web import themes

A_YEAR = 31_536_000


def asset(path: str) -> str:
    """Return the address of a static file, with the hash of its content."""
    addresses: dict[str, str] = current_app.extensions["sealwax.assets"]
    if path not in addresses:
        content = Path(current_app.static_folder or "", path).read_bytes()
        version = hashlib.sha256(content).hexdigest()[:8]
        addresses[path] = url_for("static", filename=path, v=version)
    return addresses[path]


def brand() -> dict[str, str]:
    """Return whose pages these are, for every template: no query starts in one."""
    return look.shown(branding.current(), themes.chosen() if has_request_context() else "")


def init_app(app: Flask) -> None:
    """Give templates `asset` and `brand`."""
    app.extensions["sealwax.assets"] = {}
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = A_YEAR
    app.jinja_env.globals["asset"] = asset
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.context_processor(lambda: {"brand": brand()})
