"""Pictures of people, as pages and applications show them."""

from __future__ import annotations

from flask import Blueprint, Response, abort, url_for

from app.services.people import profile_pictures
from app.web.access import ANYONE, needs

blueprint = Blueprint("pictures", __name__)


@blueprint.get("/picture/<handle>")
@needs(ANYONE)
def picture(handle: str) -> Response:
    """Answer with a picture; its address never leads to another one, so it may be kept."""
    content = profile_pictures.find(handle)
    if content is None:
        abort(404)
    answer = Response(content, mimetype="image/webp")
    answer.headers["Cache-Control"] = "public, max-age=86400"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # applications show it
    return answer


def shown(address: str | None) -> str | None:
    """Return the path of a picture that is kept here; pages load nothing from elsewhere."""
    handle = profile_pictures.handle_in(address)
    return url_for("pictures.picture", handle=handle) if handle else None
