"""Keys as administrators see them: their lives, who has fetched them, and revoking one."""

from __future__ import annotations

from typing import Any

from flask import request

from app.services.authorization.key_evidence import Signed
from app.web.admin import key_chart
from app.web.admin.key_chart import Span
from app.web.admin.revoke_key import RevokeForm
from tests.gallery.admin_states import ISSUER
from tests.gallery.people import NOON, Context, States, ago, told

SPAN = Span(ago(days=122), NOON, ago(days=-90))


def _key(kid: str, state: str, *, tokens: int = 0, **times: Any) -> dict[str, Any]:
    known = {"created_at": None, "signs_at": None, "retires_at": None, "gone_at": None}
    return {"kid": kid, "state": state, "tokens": tokens, **known, **times}


NEXT = _key(
    "n4Xf9hPz0Qc1mB7sT2vK8yLw3RjUe5Ga6DoIiNqYtZM",
    "next",
    created_at=ago(days=60),
    signs_at=ago(days=-30),
)
CURRENT = _key(
    "Zt5Kp1Wv7Bq3Xn9Ld0Hs4Mf8Cy2Ra6GjUeIoTbQwEiS",
    "current",
    tokens=1_204,
    created_at=ago(days=119),
    signs_at=ago(days=60),
    retires_at=ago(days=-30),
    gone_at=ago(days=-31),
)
RETIRED = _key(
    "Ab2Cd4Ef6Gh8Ij0Kl1Mn3Op5Qr7St9Uv1Wx3Yz5Ab7C",
    "retired",
    tokens=38,
    created_at=ago(days=180),
    signs_at=ago(days=150),
    retires_at=ago(days=60),
    gone_at=ago(days=-3),
)
GONE = _key(
    "Xy9Zw7Vu5Ts3Rq1Po0Nm2Lk4Ji6Hg8Fe0Dc2Ba4Xy6Z",
    "gone",
    created_at=ago(days=100),
    signs_at=ago(days=90),
    gone_at=ago(days=20),
)


def _ring(alg: str, lives: list[dict[str, Any]], **facts: Any) -> dict[str, Any]:
    known = {"turns_at": ago(days=-30), "readers": 0, "missing": []}
    lives = [{**key, "kid": f"{alg.lower()}{key['kid'][len(alg) :]}"} for key in lives]
    chart = key_chart.draw(lives, SPAN, mirrored="rtl" in request.args)
    return {"alg": alg, "keys": lives, "chart": chart, **known, **facts}


def _witness(name: str, evidence: str, **facts: Any) -> dict[str, Any]:
    known = {
        "client_id": "8Qp4kzT1WcXa",
        "name": name,
        "alg": "RS256",
        "evidence": evidence,
        "fetched_at": ago(hours=2),
        "called_at": ago(minutes=3),
        "address": "192.0.2.17",
        "agent": "python-requests/2.32.3",
    }
    return {**known, **facts}


WITNESSES = [
    _witness("Grafana", "older", fetched_at=ago(days=64), address="2001:db8::4f"),
    _witness("Old Wiki", "unseen", fetched_at=None, agent=""),
    _witness("Photo Box", "fetched"),
    _witness("Night Import", "needless", alg=None, fetched_at=None, agent=""),
]


def keys(**changes: Any) -> Context:
    """Return what the page of keys shows."""
    known = {
        "rings": [
            _ring(
                "RS256",
                [NEXT, CURRENT, RETIRED, GONE],
                readers=3,
                missing=["Grafana", "Old Wiki"],
            ),
            _ring("ES256", [NEXT, CURRENT], readers=1),
            _ring("EdDSA", [CURRENT], turns_at=None),
        ],
        "witnesses": WITNESSES,
        "jwks_url": f"{ISSUER}/jwks.json",
        "done": "",
    }
    return {**known, **changes}


SIGNED = [
    Signed("8Qp4kzT1WcXa", "Photo Box", 1_102, ago(minutes=-10)),
    Signed("grafana", "Grafana", 102, ago(minutes=-5)),
]


def _revoke(**changes: Any) -> Context:
    known = {
        "key": CURRENT,
        "alg": "RS256",
        "encrypts": False,
        "signed": SIGNED,
        "tokens": 1_204,
        "people": 317,
        "expiring": [(ago(minutes=-5), 404), (ago(minutes=-10), 800)],
        "missing": ["Grafana", "Old Wiki"],
        "kept_minutes": 15,
        "form": RevokeForm(formdata=None),
    }
    return {**known, **changes}


def _unsure() -> Context:
    return _revoke(form=told(RevokeForm(formdata=None), sure="Tick this to revoke the key."))


STATES: States = (
    ("admin/keys.html", "some", keys),
    ("admin/keys.html", "rotated", lambda: keys(done="rotated")),
    ("admin/keys.html", "nobody", lambda: keys(witnesses=[], done="revoked")),
    ("admin/revoke_key.html", "current", _revoke),
    ("admin/revoke_key.html", "unsure", _unsure),
    (
        "admin/revoke_key.html",
        "next",
        lambda: _revoke(key=NEXT, signed=[], tokens=0, people=0, expiring=[], missing=[]),
    ),
    (
        "admin/revoke_key.html",
        "encrypts",
        lambda: _revoke(alg="RSA-OAEP", encrypts=True, signed=[], tokens=0, people=0, missing=[]),
    ),
)
