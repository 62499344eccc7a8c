"""States of the administration."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from app.services.clients import scopes
from app.services.clients.client_metadata import Kind
from app.web.admin.client import OwnerForm
from app.web.admin.client_form import SectionForm
from app.web.admin.client_sections import SECTIONS, Addresses, Permissions
from app.web.admin.delete_client import DeleteForm
from app.web.admin.health import Finding
from app.web.admin.new_client import MORE, NewClientForm
from app.web.admin.offers import Row
from tests.gallery.attempts import ATTEMPTS
from tests.gallery.people import LONG_NAME, Context, States, ago, told
from tests.gallery.snippet_states import WAITING
from tests.gallery.snippet_states import created as snippets_of

ISSUER = "https://id.example.org"
DISCOVERY = f"{ISSUER}/.well-known/openid-configuration"
ENDPOINTS = [
    ("authorization_endpoint", f"{ISSUER}/authorize"),
    ("token_endpoint", f"{ISSUER}/token"),
    ("userinfo_endpoint", f"{ISSUER}/userinfo"),
    ("jwks_uri", f"{ISSUER}/jwks.json"),
    ("end_session_endpoint", f"{ISSUER}/end_session"),
]
SECRET = "sw_secret_k3dHc9x2Yq7LmT0ZbVw8RfNs4JpEa6Ug"


def client(**changes: Any) -> SimpleNamespace:
    """Return Photo Box as the administration knows it."""
    known = {
        "client_id": "8Qp4kzT1WcXa",
        "name": "Photo Box",
        "host": "photos.example",
        "kind": "web",
        "is_disabled": False,
        "has_secret": True,
        "created_at": ago(days=40),
        "last_used_at": ago(minutes=4),
        "redirect_uris": ["https://photos.example/callback"],
        "scope": "openid profile email",
    }
    return SimpleNamespace(**{**known, **changes})


CLIENTS = [
    client(),
    client(client_id="Zk31", name="Terminal", kind="native", host="127.0.0.1", last_used_at=None),
    client(client_id="t7Yh", name="Nightly backup", kind="machine", host="", is_disabled=True),
    client(
        client_id="Qq9a",
        name=LONG_NAME,
        kind="spa",
        host="a-very-long-subdomain.photographs-and-more-photographs.example",
    ),
]


def clients_page(**changes: Any) -> Context:
    known = {"clients": CLIENTS, "q": "", "page": 2, "pages": 3, "total": 60, "deleted": ""}
    return {**known, **changes}


def _new_client() -> Context:
    form = NewClientForm(formdata=None)
    return {"form": form, "more": MORE}


def _new_client_faults() -> Context:
    form = NewClientForm(
        formdata=None, data={"kind": "spa", "redirect_uris": "http://photos.example/cb\n/cb"}
    )
    told(
        form,
        name="Give the application a name.",
        redirect_uris="http://photos.example/cb: use https, except on a loopback address.",
    )
    return {"form": form, "more": MORE}


def _created(kind: Kind = "web", secret: str | None = SECRET) -> Context:
    return {
        "client": client(
            kind=kind,
            redirect_uris=[]
            if kind in {"device", "machine"}
            else ["https://photos.example/callback"],
        ),
        "secret": secret,
        "issuer": ISSUER,
        "discovery_url": DISCOVERY,
        "snippets": snippets_of(kind, secret),
        "progress": WAITING,
        "endpoints": ENDPOINTS,
    }


def _sections(**values: Any) -> list[SectionForm]:
    """Return the form of each section of an application, filled in."""
    forms = [kind(formdata=None, data={"version": "1", **values}) for kind in SECTIONS]
    for form in forms:
        if isinstance(form, Permissions):
            form.scope.rows = [
                *(Row(scope.name, scope.title, may_require=True) for scope in scopes.SCOPES),
                Row("photos:read", "", may_require=True),
            ]
    return forms


def _notice(**changes: Any) -> Context:
    known: Context = {"at": ago(hours=1), "due_at": ago(hours=-1), "tries": 1, "fault": ""}
    flags = dict.fromkeys(("is_test", "is_delivered", "is_given_up"), False)
    return {**known, **flags, **changes}


def _uses(**capture: Any) -> Context:
    addresses = [
        ("https://photos.example/callback", False, ago(days=1)),
        ("https://photos.example/cb", False, None),
        ("https://photos.example/signed-out", True, ago(days=40)),
    ]
    return {
        "addresses": [
            {"address": address, "after_sign_out": after, "used_at": used_at}
            for address, after, used_at in addresses
        ],
        "capture": {
            "until": ago(minutes=-7),
            "is_open": True,
            "address": None,
            "reference": None,
            "caught_at": None,
            **capture,
        }
        if capture
        else None,
    }


USED = {"used_at": ago(hours=3), "is_watched": True}
UNUSED = {"used_at": None, "is_watched": True}
FINDINGS = [
    Finding(
        "danger",
        "Its keys could not be fetched the last time (status_500).",
        "#jwks_uri",
        "Address of its keys",
    ),
    Finding(
        "warning",
        "12 attempts were refused in the last day, most often so: The redirect address is not "
        "registered.",
        "/admin/attempts/K7Q2-9FXM",
        "Why?",
    ),
    Finding(
        "warning",
        "PKCE is not required of this application.",
        "#pkce_required",
        "PKCE is required",
    ),
    Finding(
        "info",
        "3 things that it is allowed were not used for 90 days.",
        "/admin/applications/8Qp4kzT1WcXa/allowed",
        "Allowed and used",
    ),
]


SECRETS = [
    {"id": 1, "ending": "x9Qf", **USED, "created_at": ago(days=40), "expires_at": None},
    {
        "id": 2,
        "ending": "77bK",
        **UNUSED,
        "created_at": ago(days=1),
        "expires_at": ago(days=-30),
    },
]


def client_page(**changes: Any) -> Context:
    sections = _sections(
        client_name="Photo Box",
        redirect_uris=["https://photos.example/callback", "https://photos.example/cb"],
        scope=["openid", "required email", "phone", "photos:read"],
    )
    known = {
        "client": client(),
        "sections": sections,
        "sent": None,
        "may_save": True,
        "owners": [],
        "owner_form": OwnerForm(formdata=None),
        "me": 1,
        "secrets": SECRETS,
        "most_secrets": 2,
        "issuer": ISSUER,
        "discovery_url": DISCOVERY,
        "people": 214,
        "has_notices": True,
        "notices": [
            _notice(is_test=True, tries=0),
            _notice(fault="status_500"),
            _notice(is_given_up=True, fault="private_address", tries=30),
            _notice(is_delivered=True),
        ],
        "uses": _uses(),
        "attempts": ATTEMPTS[:2],
        "findings": FINDINGS,
        "saved": "",
        "saved_in": "",
    }
    return {**known, **changes}


def _client_faults(*above: str, **at_fields: str) -> Context:
    sections = _sections(client_name="Photo Box", redirect_uris=["photos"])
    sent = next(form for form in sections if isinstance(form, Addresses))
    told(sent, **at_fields).form_errors.extend(above)
    return client_page(sections=sections, sent=sent, findings=[], attempts=[])


def _delete(**changes: Any) -> Context:
    return {"client": client(), "people": 214, "form": DeleteForm(formdata=None), **changes}


def _delete_wrong() -> Context:
    form = told(
        DeleteForm(formdata=None, data={"name": "photo"}), name="Type the name as it stands above."
    )
    return _delete(form=form, people=0)


STATES: States = (
    ("admin/clients.html", "some", clients_page),
    ("admin/clients.html", "none", lambda: clients_page(clients=[], pages=1)),
    ("admin/clients.html", "nothing-found", lambda: clients_page(clients=[], q="zebra", pages=1)),
    ("admin/clients.html", "deleted", lambda: clients_page(deleted="Photo Box", page=1, pages=1)),
    ("admin/new_client.html", "plain", _new_client),
    ("admin/new_client.html", "faults", _new_client_faults),
    ("admin/client_created.html", "web", _created),
    ("admin/client_created.html", "spa", lambda: _created("spa", None)),
    ("admin/client_created.html", "device", lambda: _created("device", None)),
    ("admin/client_created.html", "machine", lambda: _created("machine")),
    ("admin/client.html", "plain", client_page),
    ("admin/client.html", "faults", lambda: _client_faults(redirect_uris="photos: write it out.")),
    ("admin/client.html", "saved", lambda: client_page(saved="saved", saved_in="tokens")),
    ("admin/client.html", "fault-elsewhere", lambda: _client_faults("Advanced, Sector: needed.")),
    (
        "admin/client.html",
        "capturing",
        lambda: client_page(uses=_uses(is_open=True), saved="capturing", findings=[]),
    ),
    (
        "admin/client.html",
        "caught",
        lambda: client_page(
            uses=_uses(
                is_open=False,
                address="https://photos.example/oauth2/callback",
                reference="K7Q2-9FXM",
                caught_at=ago(minutes=2),
            )
        ),
    ),
    (
        "admin/client.html",
        "off",
        lambda: client_page(
            client=client(is_disabled=True, last_used_at=None),
            secrets=[],
            saved="off",
            uses={"addresses": [], "capture": None},
        ),
    ),
    (
        "admin/client.html",
        "public",
        lambda: client_page(client=client(has_secret=False, kind="spa")),
    ),
    ("admin/delete_client.html", "plain", _delete),
    ("admin/delete_client.html", "wrong", _delete_wrong),
    (
        "admin/secret_created.html",
        "second",
        lambda: {
            "client": client(),
            "secret": SECRET,
            "others": 1,
            "snippets": snippets_of("web", SECRET),
        },
    ),
)
