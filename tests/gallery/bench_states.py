"""States of the pages that show what is in a token, and where it came from."""

from __future__ import annotations

from types import SimpleNamespace

from wtforms.fields.choices import SelectChoice

from app.web.admin import claim_sentences
from app.web.admin.preview import GRANT_WORDS, PreviewForm
from tests.gallery.people import LONG_NAME, NOON, Context, States, app, scope, told

ISSUER = "https://id.example.org"
CLIENT_ID = "8Qp4kzT1WcXa"
MOMENT = int(NOON.timestamp())
CLIENT = SimpleNamespace(client_id=CLIENT_ID, name="Photo Box", setting=lambda _name: None)
ID_TOKEN = {
    "iss": ISSUER,
    "sub": "tG7kDl2h0QYyEwcN5mXr1A",
    "aud": CLIENT_ID,
    "iat": MOMENT,
    "exp": MOMENT + 600,
    "auth_time": MOMENT,
    "acr": "urn:sealwax:acr:password",
    "amr": ["pwd"],
    "jti": "…",
    "at_hash": "…",
    "sid": "…",
    "nonce": "…",
}
ACCESS_TOKEN = {
    "iss": ISSUER,
    "sub": "tG7kDl2h0QYyEwcN5mXr1A",
    "aud": ["https://id.example.org", "https://api.photos.example"],
    "client_id": CLIENT_ID,
    "scope": "openid profile email",
    "iat": MOMENT,
    "exp": MOMENT + 600,
    "jti": "…",
    "family": "…",
}
USERINFO = {
    "sub": "tG7kDl2h0QYyEwcN5mXr1A",
    "name": "Jane Doe",
    "email": "jane@example.org",
    "email_verified": True,
    "address": {"country": "FR", "formatted": "1 Rue de la Paix, 69001 Lyon " * 4},
}


def _form(**values: object) -> PreviewForm:
    known = {
        "grant": "authorization_code",
        "user": "jane@example.org",
        "scope": ["openid", "profile", "email"],
    }
    form = PreviewForm(formdata=None, data={**known, **values})
    form.grant.choices = [SelectChoice(name, words) for name, words in GRANT_WORDS.items()]
    names = ("openid", "profile", "email", "phone", "offline_access", "photos:read")
    form.scope.choices = [SelectChoice(name, name) for name in names]
    return form


def _part(kind: str, claims: Context | None, alg: str) -> Context:
    rows = None
    if claims is not None:
        rows = claim_sentences.explained(claims, kind, client=CLIENT, user_id=7)  # type: ignore[arg-type]  # as far as it is asked
    return {"kind": kind, "alg": alg, "is_encrypted": False, "claims": rows}


def _question(**changes: object) -> Context:
    known = {
        "account": {"name": "Jane Doe", "email": "jane@example.org"},
        "client": app(),
        "scopes": [
            scope("openid", "An ID for your account in this app", required=True),
            scope("email", "Your email address", values=["jane@example.org, confirmed"]),
            scope("phone", "Your phone number", missing="You haven't added one.", checked=False),
        ],
        "is_more": False,
        "is_asked": True,
        "is_trusted": False,
    }
    return {**known, **changes}


def _preview(**changes: object) -> Context:
    known = {
        "client": {"client_id": CLIENT_ID, "name": "Photo Box"},
        "form": _form(),
        "parts": [
            _part("id_token", ID_TOKEN, "RS256"),
            _part("access_token", ACCESS_TOKEN, "ES256"),
            _part("userinfo", USERINFO, ""),
        ],
        "facts": {"scope": "openid profile email", "lifetime": 600, "has_refresh_token": True},
        "question": _question(),
        "refusal": None,
    }
    return {**known, **changes}


def _own() -> Context:
    parts = [
        _part("id_token", None, "RS256"),
        _part("access_token", {**ACCESS_TOKEN, "sub": CLIENT_ID, "active": True}, ""),
        _part("userinfo", None, ""),
    ]
    facts = {"scope": "photos:read", "lifetime": 3600, "has_refresh_token": False}
    return _preview(form=_form(grant="client_credentials"), parts=parts, facts=facts, question=None)


def _refused() -> Context:
    refusal = {
        "code": "claims_malformed",
        "description": "The claims parameter is not what OIDC Core section 5.5 describes.",
        "fix": "Send a JSON object with the members userinfo and id_token.",
    }
    return _preview(parts=[], facts=None, question=None, refusal=refusal, form=_form(claims="{"))


def _unknown() -> Context:
    form = told(_form(user="nobody@example.org"), user="No user has this address.")
    return _preview(parts=[], facts=None, question=None, form=form)


def _allowed() -> Context:
    client = {"client_id": CLIENT_ID, "name": LONG_NAME}
    return _preview(client=client, question=_question(is_asked=False))


STATES: States = (
    ("admin/preview.html", "plain", _preview),
    ("admin/preview.html", "allowed", _allowed),
    ("admin/preview.html", "own", _own),
    ("admin/preview.html", "refused", _refused),
    ("admin/preview.html", "unknown-person", _unknown),
)
