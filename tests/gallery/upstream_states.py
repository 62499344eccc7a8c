"""States of signing in with other providers: offered, joined, linked, set up."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from app.oidc.upstream.checking import Findings
from app.web.admin.unlink import UnlinkForm
from app.web.admin.upstream import UpstreamForm
from app.web.admin.upstreams import NewUpstreamForm
from app.web.login.join import JoinForm
from app.web.login.link import LinkForm
from tests.gallery.people import JANE, LONG_NAME, Context, States, ago, told

ISSUER = "https://id.example.org"


def _joined(**changes: Any) -> Context:
    known = {
        "form": JoinForm(formdata=None, data={"email": JANE.email, "name": JANE.name}),
        "verdict": "sign_up_by_mail",
        "provider": "Google",
        "email": JANE.email,
        "name": JANE.name,
        "client": {"name": "Photo Box"},
        "sign_in_url": "/login/sign-in",
    }
    return {**known, **changes}


def _join_faults() -> Context:
    form = JoinForm(formdata=None, data={"email": "jane@"})
    fault = "Enter the whole address, such as jane@example.org."
    return _joined(form=told(form, email=fault), email=None)


def _link(**changes: Any) -> Context:
    known = {"form": LinkForm(formdata=None), "provider": "Google", "email": JANE.email}
    return {**known, "name": JANE.name, "account": JANE, **changes}


def _refused(cause: str, **changes: Any) -> Context:
    known = {"provider": "Google", "cause": cause, "reference": "K7Q2-9FXM"}
    return {**known, "back_url": "/login/sign-in", **changes}


def _linked(name: str, **changes: Any) -> dict[str, Any]:
    known = {"id": len(name), "name": name, "email": JANE.email, "is_enabled": True}
    return {**known, "created_at": ago(days=40), "used_at": ago(hours=2), **changes}


LINKED = [
    _linked("Google"),
    _linked(LONG_NAME, email=None, used_at=None, is_enabled=False),
]
OFFERS = [
    SimpleNamespace(slug="google", name="Google"),
    SimpleNamespace(slug="microsoft", name="Microsoft"),
]


def _own(**changes: Any) -> Context:
    return {"linked": LINKED, "offers": OFFERS, "is_last": False, "saved": "", **changes}


def _unlink(**changes: Any) -> Context:
    user = SimpleNamespace(id=1, name=JANE.name, email=JANE.email, email_verified=True)
    form = UnlinkForm(formdata=None)
    known = {"user": user, "form": form, "provider": "Google", "email": JANE.email}
    return {**known, "is_last": False, **changes}


def _upstream(**changes: Any) -> SimpleNamespace:
    known = {
        "slug": "google",
        "name": "Google",
        "kind": "google",
        "issuer": "https://accounts.google.com",
        "is_enabled": True,
        "may_sign_up": True,
        "has_secret": True,
        "people": 12,
        "redirect_uri": f"{ISSUER}/login/upstream/google/callback",
    }
    return SimpleNamespace(**{**known, **changes})


def _list(**changes: Any) -> Context:
    rows = [
        _upstream(),
        _upstream(slug="microsoft", name="Microsoft", has_secret=False, may_sign_up=False),
        _upstream(slug="house", name=LONG_NAME, is_enabled=False, people=0),
    ]
    return {"upstreams": rows, "deleted": "", **changes}


def _new(form: NewUpstreamForm) -> Context:
    kinds = ("google", "microsoft", "NAME")
    uris = [f"{ISSUER}/login/upstream/{kind}/callback" for kind in kinds]
    return {
        "form": form,
        "addresses": dict(zip(("google", "microsoft", "generic"), uris, strict=True)),
    }


def _new_faults() -> Context:
    form = NewUpstreamForm(formdata=None, data={"kind": "generic", "issuer": "id.example"})
    return _new(
        told(
            form,
            issuer="Write the whole address, beginning with https://.",
            client_id="Enter the client ID.",
            secret="Enter the client secret.",
        )
    )


def _one(**changes: Any) -> Context:
    values = {
        "name": "Google",
        "issuer": "https://accounts.google.com",
        "client_id": "1234.apps.example",
        "scopes": "openid email profile",
        "claim_email": "email",
        "claim_email_verified": "email_verified",
        "claim_name": "name",
    }
    known = {
        "upstream": _upstream(),
        "form": UpstreamForm(formdata=None, data=values),
        "people": 12,
        "found": None,
        "done": "",
    }
    return {**known, **changes}


def _found(**changes: Any) -> Findings:
    known: dict[str, Any] = {
        "address": "https://accounts.google.com/.well-known/openid-configuration",
        "keys": 2,
        "algorithms": ("RS256",),
        "auth_method": "client_secret_basic",
        "knows_s256": True,
    }
    return Findings(**{**known, **changes})


STATES: States = (
    ("login/join.html", "by-mail", _joined),
    ("login/join.html", "proved", lambda: _joined(verdict="sign_up", client=None)),
    ("login/join.html", "sign-in-first", lambda: _joined(verdict="sign_in_first")),
    ("login/join.html", "faults", _join_faults),
    ("login/link.html", "plain", _link),
    ("login/link.html", "no-address", lambda: _link(email=None, provider=LONG_NAME)),
    *(
        (
            "login/upstream_refused.html",
            cause.replace("_", "-"),
            lambda cause=cause: _refused(cause),
        )
        for cause in (
            "upstream_id_token_refused",
            "upstream_unreachable",
            "upstream_state_unknown",
            "upstream_session_differs",
            "upstream_taken",
            "account_turned_off",
        )
    ),
    ("account/upstreams.html", "some", _own),
    ("account/upstreams.html", "linked", lambda: _own(saved="linked")),
    ("account/upstreams.html", "last", lambda: _own(is_last=True, linked=LINKED[:1])),
    ("account/upstreams.html", "removed", lambda: _own(saved="removed", linked=[])),
    ("account/upstreams.html", "none", lambda: _own(linked=[], offers=[])),
    ("admin/unlink.html", "plain", _unlink),
    ("admin/unlink.html", "last", lambda: _unlink(is_last=True, provider=LONG_NAME, email=None)),
    ("admin/upstreams.html", "some", _list),
    ("admin/upstreams.html", "none", lambda: _list(upstreams=[], deleted="Google")),
    ("admin/new_upstream.html", "plain", lambda: _new(NewUpstreamForm(formdata=None))),
    ("admin/new_upstream.html", "faults", _new_faults),
    ("admin/upstream.html", "created", lambda: _one(done="created")),
    ("admin/upstream.html", "found", lambda: _one(found=_found())),
    (
        "admin/upstream.html",
        "not-found",
        lambda: _one(
            found=_found(fault="not_reachable"),
            upstream=_upstream(has_secret=False, is_enabled=False, kind="generic"),
            people=0,
        ),
    ),
    ("admin/upstream.html", "secret-cleared", lambda: _one(done="secret-cleared")),
)
