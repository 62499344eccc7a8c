"""States of the administration."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from wtforms.fields.choices import SelectChoice

from app.services import scopes
from app.web.admin import client_form
from app.web.admin.client_form import ClientForm
from app.web.admin.delete_client import DeleteForm
from app.web.admin.new_client import MORE, NewClientForm
from tests.gallery.people import JANE, LONG_NAME, NAMELESS, NOON, Context, States, ago, told

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
        "is_public": False,
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
ATTEMPTS = [
    {
        "reference": "K7Q2-9FXM",
        "at": ago(minutes=4),
        "endpoint": "authorize",
        "outcome": "refused",
        "sentence": "The redirect address isn't registered.",
        "client_id": "8Qp4kzT1WcXa",
        "client_name": "Photo Box",
        "person": "",
    },
    {
        "reference": "M3TD-VV81",
        "at": ago(hours=3),
        "endpoint": "token",
        "outcome": "ok",
        "sentence": "Signed in.",
        "client_id": "8Qp4kzT1WcXa",
        "client_name": "Photo Box",
        "person": "jane@example.org",
    },
    {
        "reference": "PX55-0ABC",
        "at": ago(days=12),
        "endpoint": "authorize",
        "outcome": "waiting",
        "sentence": "Waiting for the person to sign in.",
        "client_id": "unknown-client",
        "client_name": "",
        "person": "",
    },
]


def _clients(**changes: Any) -> Context:
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


def _created(kind: str = "web", secret: str | None = SECRET) -> Context:
    return {
        "client": client(
            kind=kind,
            redirect_uris=[] if kind == "machine" else ["https://photos.example/callback"],
        ),
        "secret": secret,
        "issuer": ISSUER,
        "discovery_url": DISCOVERY,
        "endpoints": ENDPOINTS,
    }


def _client_form(values: Context) -> ClientForm:
    form = ClientForm(formdata=None, data={"version": "1", **values})
    form.scope.choices = [SelectChoice(scope.name, scope.title) for scope in scopes.SCOPES]
    return form


def _client(**changes: Any) -> Context:
    values = {
        "client_name": "Photo Box",
        "redirect_uris": "https://photos.example/callback\nhttps://photos.example/cb",
        "scope": ["openid", "email"],
    }
    known = {
        "client": client(),
        "form": _client_form(values),
        "sections": client_form.sections(),
        "secrets": [
            {"id": 1, "ending": "x9Qf", "created_at": ago(days=40), "expires_at": None},
            {"id": 2, "ending": "77bK", "created_at": ago(days=1), "expires_at": ago(days=-30)},
        ],
        "issuer": ISSUER,
        "discovery_url": DISCOVERY,
        "people": 214,
        "attempts": ATTEMPTS[:2],
        "warnings": ["PKCE is not required of this application."],
        "saved": "",
    }
    return {**known, **changes}


def _client_faults() -> Context:
    form = _client_form({"client_name": "", "redirect_uris": "photos"})
    told(
        form,
        client_name="Give the application a name.",
        redirect_uris="photos: write the whole address.",
        scope="Choose at least one.",
    )
    return _client(form=form, warnings=[], attempts=[])


def _delete(**changes: Any) -> Context:
    return {"client": client(), "people": 214, "form": DeleteForm(formdata=None), **changes}


def _delete_wrong() -> Context:
    form = told(
        DeleteForm(formdata=None, data={"name": "photo"}), name="Type the name as it stands above."
    )
    return _delete(form=form, people=0)


def user(**changes: Any) -> SimpleNamespace:
    """Return Jane as the administration knows her."""
    known = {
        "id": 1,
        "name": JANE.name,
        "email": JANE.email,
        "email_verified": True,
        "is_admin": True,
        "is_disabled": False,
        "subject": "u_5mYtB0sHq2KcW8",
        "created_at": ago(days=200),
        "last_sign_in_at": ago(hours=3),
    }
    return SimpleNamespace(**{**known, **changes})


USERS = [
    user(),
    user(id=2, name=None, email=NAMELESS.email, is_admin=False, last_sign_in_at=None),
    user(id=3, name="Omar Haddad", email="omar@example.org", is_admin=False, is_disabled=True),
]


def _users(**changes: Any) -> Context:
    return {"users": USERS, "q": "", "show": "", "page": 1, "pages": 2, "total": 31, **changes}


def _user(**changes: Any) -> Context:
    known = {
        "user": user(is_admin=False),
        "is_self": False,
        "sessions": [
            {
                "browser": "Firefox on Linux",
                "address": "192.0.2.7",
                "created_at": ago(days=2),
                "seen_at": ago(hours=1),
            },
            {
                "browser": "Safari on iPhone",
                "address": "2001:db8::7",
                "created_at": ago(days=9),
                "seen_at": ago(days=1),
            },
        ],
        "apps": [
            {
                "client_id": "8Qp4kzT1WcXa",
                "name": "Photo Box",
                "titles": ["Your name and profile", "Your email address"],
                "given_at": ago(days=30),
            }
        ],
        "attempts": ATTEMPTS,
        "done": "",
    }
    return {**known, **changes}


def _key(kid: str, state: str, **times: Any) -> dict[str, Any]:
    known = {"created_at": None, "current_at": None, "retired_at": None, "gone_at": None}
    return {"kid": kid, "state": state, **known, **times}


def _keys(done: str = "") -> Context:
    ring = [
        _key("n4Xf9hPz0Qc1mB7sT2vK8yLw3RjUe5Ga6DoIiNqYtZM", "next", created_at=ago(hours=6)),
        _key(
            "Zt5Kp1Wv7Bq3Xn9Ld0Hs4Mf8Cy2Ra6GjUeIoTbQwEiS",
            "current",
            created_at=ago(days=61),
            current_at=ago(days=60),
        ),
        _key(
            "Ab2Cd4Ef6Gh8Ij0Kl1Mn3Op5Qr7St9Uv1Wx3Yz5Ab7C",
            "retired",
            created_at=ago(days=151),
            current_at=ago(days=150),
            retired_at=ago(days=60),
            gone_at=ago(days=59),
        ),
    ]
    return {
        "rings": [
            {"alg": "RS256", "next_rotation_at": ago(days=-30), "keys": ring},
            {"alg": "ES256", "next_rotation_at": None, "keys": ring[1:2]},
        ],
        "span": {"start": ago(days=120), "end": ago(days=-60), "now": NOON},
        "jwks_url": f"{ISSUER}/jwks.json",
        "done": done,
    }


def _attempts(**changes: Any) -> Context:
    terms = {"reference": "", "client": "", "outcome": ""}
    return {
        "attempts": ATTEMPTS,
        "terms": terms,
        "older_url": "/admin/attempts?before=9",
        **changes,
    }


CHECKS = [
    {"check": "client_id is known", "ok": True, "sent": "8Qp4kzT1WcXa", "expected": ""},
    {
        "check": "redirect_uri is registered",
        "ok": False,
        "sent": "https://photos.example/callback/",
        "expected": "https://photos.example/callback",
    },
]


def _attempt() -> Context:
    visits = [
        {
            "at": ago(minutes=5),
            "endpoint": "authorize",
            "outcome": "waiting",
            "sentence": "Waiting for the person to sign in",
            "reason": "login_required",
            "fix": "",
            "who": "",
            "fix_url": None,
            "checks": CHECKS[:1],
        },
        {
            "at": ago(minutes=4),
            "endpoint": "login/sign-in",
            "outcome": "ok",
            "sentence": "Signed in with a password",
            "reason": "",
            "fix": "",
            "who": "",
            "fix_url": None,
            "checks": [],
        },
        {
            "at": ago(minutes=4),
            "endpoint": "authorize",
            "outcome": "refused",
            "sentence": "The redirect address isn't registered",
            "reason": "redirect_uri_mismatch",
            "fix": "The address sent ends with a slash, the registered one doesn't.",
            "who": "you",
            "fix_url": "/admin/applications/8Qp4kzT1WcXa#addresses",
            "checks": CHECKS,
        },
    ]
    return {
        "reference": "K7Q2-9FXM",
        "client": client(),
        "user": {"id": 1, "name": "Jane Doe"},
        "visits": visits,
    }


STATES: States = (
    ("admin/clients.html", "some", _clients),
    ("admin/clients.html", "none", lambda: _clients(clients=[], pages=1)),
    ("admin/clients.html", "nothing-found", lambda: _clients(clients=[], q="zebra", pages=1)),
    ("admin/clients.html", "deleted", lambda: _clients(deleted="Photo Box", page=1, pages=1)),
    ("admin/new_client.html", "plain", _new_client),
    ("admin/new_client.html", "faults", _new_client_faults),
    ("admin/client_created.html", "web", _created),
    ("admin/client_created.html", "spa", lambda: _created("spa", None)),
    ("admin/client_created.html", "machine", lambda: _created("machine")),
    ("admin/client.html", "plain", _client),
    ("admin/client.html", "faults", _client_faults),
    (
        "admin/client.html",
        "off",
        lambda: _client(
            client=client(is_disabled=True, last_used_at=None), secrets=[], saved="off"
        ),
    ),
    ("admin/client.html", "public", lambda: _client(client=client(is_public=True, kind="spa"))),
    ("admin/delete_client.html", "plain", _delete),
    ("admin/delete_client.html", "wrong", _delete_wrong),
    (
        "admin/secret_created.html",
        "second",
        lambda: {"client": client(), "secret": SECRET, "others": 1},
    ),
    ("admin/users.html", "some", _users),
    ("admin/users.html", "nobody", lambda: _users(users=[], q="zebra", show="off", pages=1)),
    ("admin/user.html", "plain", _user),
    (
        "admin/user.html",
        "off",
        lambda: _user(
            user=user(is_disabled=True, last_sign_in_at=None),
            sessions=[],
            apps=[],
            attempts=[],
            done="off",
        ),
    ),
    ("admin/user.html", "self", lambda: _user(user=user(), is_self=True)),
    ("admin/keys.html", "two", _keys),
    ("admin/keys.html", "rotated", lambda: _keys("rotated")),
    ("admin/attempts.html", "some", _attempts),
    ("admin/attempts.html", "none", lambda: _attempts(attempts=[], older_url=None)),
    (
        "admin/attempts.html",
        "nothing-found",
        lambda: _attempts(
            attempts=[],
            older_url=None,
            terms={"reference": "AAAA-AAAA", "client": "", "outcome": "refused"},
        ),
    ),
    ("admin/attempt.html", "refused", _attempt),
)
