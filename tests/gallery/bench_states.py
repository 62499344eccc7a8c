"""States of the test bench."""

from __future__ import annotations

from wtforms.fields.choices import SelectChoice

from app.models import SigningKey
from app.oidc import request_lint
from app.oidc.bench_exchange import Exchange, Seen
from app.oidc.inspection import Finding
from app.services.clients.address_checks import Checked
from app.web.admin import bench_code, bench_sentences, request_sentences
from app.web.admin.bench import PersonForm, RequestForm, RunForm
from app.web.admin.preview import scope_choices
from tests.gallery.claim_states import ACCESS_TOKEN, CLIENT, CLIENT_ID, ID_TOKEN, ISSUER, USERINFO
from tests.gallery.people import LONG_NAME, Context, States, told

#: Who can be chosen.
PEOPLE = ("You: jane@example.org", LONG_NAME)


def _run_form() -> RunForm:
    form = RunForm(formdata=None, data={"who": "0", "scope": ["openid", "email"]})
    form.who.choices = [SelectChoice(str(number), name) for number, name in enumerate(PEOPLE)]
    form.scope.choices = scope_choices(("openid", "email", "phone"))
    return form


def _bench(**changes: object) -> Context:
    known = {
        "client": {
            "client_id": CLIENT_ID,
            "name": "Photo Box",
            "has_notices": True,
            "has_people": True,
            "sends_browsers": True,
        },
        "form": _run_form(),
        "person_form": PersonForm(formdata=None),
        "request_form": RequestForm(formdata=None),
        "has_more": False,
        "asked": None,
        "report": "",
        "exchanges": None,
        "addresses": None,
        "done": "",
        "people": PEOPLE,
    }
    return {**known, **changes}


def _exchange(done: Exchange) -> Context:
    return bench_sentences.exchange(done, client=CLIENT, user_id=7)  # type: ignore[arg-type]  # as far as it is asked


def _ran() -> Context:
    done = (*_signed_in(), *_redeemed())
    report = bench_code.report(list(done), CLIENT)  # type: ignore[arg-type]  # as far as it is asked
    return _bench(exchanges=[_exchange(one) for one in done], report=report)


def _signed_in() -> tuple[Exchange, ...]:
    return (
        Exchange(
            "authorize",
            "GET",
            "/authorize",
            [("response_type", "code"), ("redirect_uri", "https://photos.example/callback")],
            303,
            [("code", "…"), ("state", "Jk2"), ("iss", ISSUER)],
            [{"check": "redirect_uri", "ok": True, "sent": "https://photos.example/callback"}],
            pages=["login_demanded", "consent_missing"],
            milliseconds=4,
        ),
        Exchange(
            "callback",
            "GET",
            "https://photos.example/callback",
            findings=[
                Finding("same_state", ok=True, detail="Jk2"),
                Finding("same_iss", ok=True, detail=ISSUER),
                Finding("code_is_fresh", ok=True, detail="0 s"),
            ],
        ),
    )


def _redeemed() -> tuple[Exchange, ...]:
    return (
        Exchange(
            "redeem",
            "POST",
            "/token",
            [("grant_type", "authorization_code"), ("code", "…"), ("code_verifier", "…")],
            200,
            [("access_token", "…"), ("expires_in", "600")],
            tokens=[_signed("id_token", ID_TOKEN), _signed("access_token", ACCESS_TOKEN)],
            milliseconds=11,
        ),
        Exchange(
            "id_token",
            "GET",
            "/jwks.json",
            findings=[Finding("signature", ok=True), Finding("same_nonce", ok=True)],
            workings=[("nonce_sent", "n-0S6_WzA2Mj"), ("nonce_back", "n-0S6_WzA2Mj")],
            status=200,
        ),
        Exchange("userinfo", "GET", "/userinfo", [], 200, tokens=[Seen("userinfo", USERINFO)]),
    )


def _signed(kind: str, claims: Context) -> Seen:
    key = SigningKey(kid="AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCdEfG", alg="ES256")
    return Seen(kind, claims, {"alg": key.alg, "typ": "JWT", "kid": key.kid}, key, 64)


def _asked() -> Context:
    query = "response_type=code&client_id=other&state=1&scope=email&scopes=x&client_secret=hunter2"
    pairs, _ = request_lint.read(f"https://elsewhere.example/authorize?{query}")
    members = request_sentences.explained(request_lint.veiled(pairs))
    found = request_lint.lint(pairs, CLIENT)  # type: ignore[arg-type]  # as far as it is asked
    return _bench(asked={"members": members, "lint": request_sentences.lint_lines(found)})


def _more() -> Context:
    form = _run_form()
    form.prompt.data, form.max_age.data = "login", "3600"
    return _bench(form=form, has_more=True)


def _no_request() -> Context:
    words = "Paste the address that the application sends browsers to."
    return _bench(request_form=told(RequestForm(formdata=None), address=words))


def _stopped() -> Context:
    stopped = Exchange(
        "authorize",
        "GET",
        "/authorize",
        status=303,
        received=[("error", "unmet_authentication_requirements")],
        checks=[{"check": "interaction", "ok": False, "sent": "password"}],
        refusal="acr_not_reached",
        pages=["acr_not_reached"],
    )
    return _bench(exchanges=[_exchange(stopped)])


def _addresses() -> Context:
    found = (
        Checked("jwks_uri", "https://photos.example/jwks", True, "keys", "EC 2027-01", 1),  # noqa: FBT003 (a row)
        Checked("redirect_uris", "https://photos.example", True, "answers", "200", -95),  # noqa: FBT003 (a row)
        Checked("redirect_uris", "https://10.0.0.1", False, "unreachable", "private_address"),  # noqa: FBT003 (a row)
    )
    return _bench(addresses=[bench_sentences.asked_address(one) for one in found])


def _no_person() -> Context:
    form = told(PersonForm(formdata=None), name="Give the person a name.")
    return _bench(person_form=form)


STATES: States = (
    ("admin/bench.html", "plain", _bench),
    ("admin/bench.html", "ran", _ran),
    ("admin/bench.html", "stopped", _stopped),
    ("admin/bench.html", "addresses", _addresses),
    ("admin/bench.html", "none-to-ask", lambda: _bench(addresses=[], done="person")),
    ("admin/bench.html", "no-name", _no_person),
    ("admin/bench.html", "more", _more),
    ("admin/bench.html", "asked", _asked),
    ("admin/bench.html", "no-request", _no_request),
)
