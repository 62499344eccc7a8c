"""States of the test bench."""

from __future__ import annotations

from wtforms.fields.choices import SelectChoice

from app.oidc.bench import Exchange
from app.oidc.inspection import Finding
from app.services.clients.address_checks import Checked
from app.web.admin import bench_sentences
from app.web.admin.bench import PersonForm, RunForm
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
        },
        "form": _run_form(),
        "person_form": PersonForm(formdata=None),
        "exchanges": None,
        "addresses": None,
        "done": "",
        "people": PEOPLE,
    }
    return {**known, **changes}


def _exchange(done: Exchange) -> Context:
    return bench_sentences.exchange(done, client=CLIENT, user_id=7)  # type: ignore[arg-type]  # as far as it is asked


def _ran() -> Context:
    done = (
        Exchange(
            "authorize",
            "GET",
            "/authorize",
            [("response_type", "code"), ("redirect_uri", "https://photos.example/callback")],
            303,
            [("code", "…"), ("state", "Jk2"), ("iss", ISSUER)],
            [{"check": "redirect_uri", "ok": True, "sent": "https://photos.example/callback"}],
            page="consent_missing",
            milliseconds=4,
        ),
        Exchange(
            "redeem",
            "POST",
            "/token",
            [("grant_type", "authorization_code"), ("code", "…"), ("code_verifier", "…")],
            200,
            [("access_token", "…"), ("expires_in", "600")],
            tokens=[("id_token", ID_TOKEN), ("access_token", ACCESS_TOKEN)],
            milliseconds=11,
        ),
        Exchange(
            "id_token",
            "GET",
            "/jwks.json",
            findings=[Finding("signature", ok=True), Finding("same_nonce", ok=True)],
            status=200,
        ),
        Exchange("userinfo", "GET", "/userinfo", [], 200, tokens=[("userinfo", USERINFO)]),
    )
    return _bench(exchanges=[_exchange(one) for one in done])


def _stopped() -> Context:
    stopped = Exchange(
        "authorize",
        "GET",
        "/authorize",
        status=303,
        received=[("error", "unmet_authentication_requirements")],
        checks=[{"check": "interaction", "ok": False, "sent": "password"}],
        refusal="acr_not_reached",
        page="acr_not_reached",
    )
    return _bench(exchanges=[_exchange(stopped)])


def _addresses() -> Context:
    found = (
        Checked("jwks_uri", "https://photos.example/jwks", True, "keys", "EC 2027-01", 1),  # noqa: FBT003 (a row)
        Checked("redirect_uris", "https://photos.example", True, "answers", "200", -95),  # noqa: FBT003 (a row)
        Checked("redirect_uris", "https://10.0.0.1", False, "unreachable", "private_address"),  # noqa: FBT003 (a row)
    )
    return _bench(addresses=[bench_sentences.address(one) for one in found])


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
)
