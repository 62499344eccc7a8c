"""Logos of applications, as pages show them."""

from __future__ import annotations

from flask import Blueprint, Response, abort, url_for

from app.database import commit
from app.models import Client
from app.services.clients import clients, logos
from app.web.access import ANYONE, needs

blueprint = Blueprint("logos", __name__)
#: A transparent pixel, shown once in place of what could not be fetched.
NOTHING = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000b49444154789c63"
    "60000200000500017a5eab3f0000000049454e44ae426082"
)


@blueprint.get("/logo/<client_id>")
@needs(ANYONE)
def logo(client_id: str) -> Response:
    """Answer with the logo of an application; nobody makes us fetch another one here."""
    client = clients.find(client_id)
    if client is None or not client.setting("logo_uri"):
        abort(404)
    commit()  # fetching it may take seconds
    drawn = logos.picture(client)
    answer = Response(drawn or NOTHING, mimetype="image/png")
    answer.headers["Cache-Control"] = "public, max-age=86400" if drawn else "no-store"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def address(client: Client) -> str | None:
    """Return the address of a client's logo, None when it has none."""
    version = logos.version(client)
    return url_for("logos.logo", client_id=client.client_id, v=version) if version else None
