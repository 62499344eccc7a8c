"""States of the pages that hold snippets; their texts are made by the product itself."""

from __future__ import annotations

from typing import Any

from app.models import Client
from app.services.clients.client_metadata import KINDS, Kind, validate
from app.web.admin import filled, stacks
from tests.gallery.people import Context, States, ago

SECRET = "swx_cs_k3dHc9x2Yq7LmT0ZbVw8RfNs4JpEa6Ug"
CALLBACK = "https://photos.example/callback"
WAITING = {"state": "waiting", "title": "Waiting for the first sign-in…", "detail": "", "url": ""}
REFUSED = {
    "state": "refused",
    "title": "The last try was refused. Still waiting for the first sign-in…",
    "detail": "The redirect address isn't registered.",
    "url": "/admin/attempts/K7Q2-9FXM",
}
WORKED = {
    "state": "worked",
    "title": "First sign-in worked, Mar 3, 2027, 2:32 PM UTC",
    "detail": "",
    "url": "",
}


def registered(kind: Kind = "web", **members: Any) -> Client:
    """Return an application that is in no database."""
    callbacks = [] if kind in {"device", "machine"} else [CALLBACK]
    known = {**KINDS[kind], "client_name": "Photo Box", "redirect_uris": callbacks}
    metadata = validate({**known, **members})
    return Client(
        client_id="8Qp4kzT1WcXa",
        name=metadata.client_name,
        registration=metadata.model_dump(mode="json"),
        created_at=ago(days=40),
    )


def created(kind: Kind, secret: str | None) -> list[dict[str, Any]]:
    """Return every snippet, as after the registration."""
    return filled.all_of(registered(kind), secret)


def _page(name: str, kind: Kind = "web", progress: Context = WAITING, **members: Any) -> Context:
    client = registered(kind, **members)
    groups = stacks.offered(kind)
    chosen = next(each for _, group in groups for each in group if each.name == name)
    return {
        "client": {"client_id": client.client_id, "name": client.name, "kind": kind},
        "groups": groups,
        "snippet": filled.of(client, chosen),
        "progress": progress,
    }


TEMPLATE = "admin/snippets.html"
STATES: States = (
    (TEMPLATE, "waiting", lambda: _page("flask")),
    (TEMPLATE, "refused", lambda: _page("grafana", progress=REFUSED)),
    (TEMPLATE, "worked", lambda: _page("node", progress=WORKED)),
    (TEMPLATE, "other-method", lambda: _page("nextcloud")),
    (TEMPLATE, "browser", lambda: _page("browser", "spa")),
    (TEMPLATE, "device", lambda: _page("curl_device", "device")),
    (TEMPLATE, "machine", lambda: _page("curl_machine", "machine")),
)
