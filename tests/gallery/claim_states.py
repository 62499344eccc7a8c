"""States of the pages that show what is in a token, and where it came from."""

from __future__ import annotations

from types import SimpleNamespace

from wtforms.fields.choices import SelectChoice

from app.web.admin import claim_sentences
from app.web.admin.preview import GRANT_WORDS, PreviewForm, scope_choices
from app.web.admin.token import TokenForm
from tests.gallery.people import LONG_NAME, NOON, Context, States, ago, app, scope, told

ISSUER = "https://id.example.org"
CLIENT_ID = "8Qp4kzT1WcXa"
MOMENT = int(NOON.timestamp())
CLIENT = SimpleNamespace(
    client_id=CLIENT_ID,
    name="Photo Box",
    is_public=False,
    scopes=frozenset({"openid", "email"}),
    setting=lambda _name: None,
    check_redirect_uri=lambda _uri: False,
)
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
    form.scope.choices = scope_choices(names)
    return form


def part(kind: str, claims: Context | None, alg: str) -> Context:
    """Return a part of a preview, as the pages show it."""
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
        "left_out": False,
        "is_trusted": False,
    }
    return {**known, **changes}


def _preview(**changes: object) -> Context:
    known = {
        "client": {"client_id": CLIENT_ID, "name": "Photo Box"},
        "form": _form(),
        "parts": [
            part("id_token", ID_TOKEN, "RS256"),
            part("access_token", ACCESS_TOKEN, "ES256"),
            part("userinfo", USERINFO, ""),
        ],
        "facts": {"scope": "openid profile email", "lifetime": 600, "has_refresh_token": True},
        "question": _question(),
        "refusal": None,
    }
    return {**known, **changes}


def _own() -> Context:
    parts = [
        part("id_token", None, "RS256"),
        part("access_token", {**ACCESS_TOKEN, "sub": CLIENT_ID, "active": True}, ""),
        part("userinfo", None, ""),
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


def _left_out() -> Context:
    email = scope("email", "Your email address", values=["jane@example.org"], is_new=True)
    rows = [{**email, "required": True, "needed": True}, *_question()["scopes"][::2]]
    return _preview(question=_question(scopes=rows, is_more=True, left_out=True))


def _asked(**fields: str) -> TokenForm:
    return TokenForm(formdata=None, data=fields)


def _check(sentence: str, *, ok: bool = True, detail: str = "") -> Context:
    return {"ok": ok, "sentence": sentence, "detail": detail}


def _token(**changes: object) -> Context:
    found: Context = {
        "kind": "access_token",
        "verdict": "alive",
        "checks": [
            _check("It says that this provider issued it.", detail=ISSUER),
            _check("The signature is right."),
            _check("Its time is not over."),
            _check("The authorization it came from lives."),
        ],
        "header": [
            {"name": "alg", "value": "ES256"},
            {"name": "typ", "value": "at+jwt"},
            {"name": "kid", "value": "HSJKRw4o106K2MLtw1thuUG4Gy7fvYu1Bn11EHfKks"},
        ],
        "claims": claim_sentences.explained(ACCESS_TOKEN, "access_token", client=CLIENT),  # type: ignore[arg-type]  # as far as it is asked
        "scope": "openid profile email",
        "key": {
            "kid": "HSJKRw4o106K2MLtw1thuUG4Gy7fvYu1Bn11EHfKks",
            "alg": "ES256",
            "state": "current",
        },
        "client": {"client_id": CLIENT_ID, "name": LONG_NAME},
        "user": {"id": 7, "name": "Jane Doe"},
        "session": {"created_at": ago(hours=2), "ended_at": None, "amr": "pwd otp mfa"},
        "consent": {"given_at": ago(days=30), "titles": ["Your name and profile"]},
        "reference": "K7Q2-9FXM",
    }
    return {"form": _asked(), "found": {**found, **changes}, "audience": "", "refused": []}


def _refused_token() -> Context:
    ended = _check("The session it lived by has ended.", ok=False)
    context = _token(verdict="dead", checks=[_check("The signature is right."), ended])
    refused = [
        _check("It is not alive at this provider: see the checks above.", ok=False),
        _check(
            "Its audience is spelled differently: every character has to be the same.",
            ok=False,
            detail="https://api.photos.example",
        ),
    ]
    return {**context, "audience": "https://API.photos.example/", "refused": refused}


def _foreign_token() -> Context:
    foreign = _check(
        "Somebody else issued it, so nothing of it is checked here.",
        ok=False,
        detail="https://other.example/" + "a" * 90,
    )
    nobody = dict.fromkeys(("key", "client", "user", "session", "consent"))
    hostile = {"iss": "https://other.example", "<b>": "<script>", "long": "x" * 400}
    claims = claim_sentences.explained(hostile, "unknown")
    return _token(
        kind="unknown",
        verdict="foreign",
        checks=[foreign],
        claims=claims,
        scope="",
        reference="",
        **nobody,
    )


def _opaque_token() -> Context:
    context = _token(claims=[], header=[], key=None)
    return {**context, "audience": "https://api.photos.example"}


STATES: States = (
    ("admin/preview.html", "plain", _preview),
    ("admin/preview.html", "allowed", _allowed),
    ("admin/preview.html", "left-out", _left_out),
    ("admin/preview.html", "own", _own),
    ("admin/preview.html", "refused", _refused),
    ("admin/preview.html", "unknown-person", _unknown),
    (
        "admin/token.html",
        "plain",
        lambda: {"form": _asked(), "found": None, "audience": "", "refused": []},
    ),
    ("admin/token.html", "alive", _token),
    ("admin/token.html", "refused", _refused_token),
    ("admin/token.html", "foreign", _foreign_token),
    ("admin/token.html", "opaque", _opaque_token),
)
