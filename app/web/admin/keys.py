"""Signing keys: their lives, who has fetched the next ones, rotate now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from app.clock import now
from app.database import commit
from app.models import SigningKey
from app.services.authorization import key_evidence
from app.services.authorization import keys as rules
from app.services.authorization.key_evidence import Witness
from app.services.people.roles import Permission
from app.settings import settings
from app.web.access import needs
from app.web.admin import key_chart
from app.web.admin.entrance import administrator, blueprint
from app.web.admin.key_chart import Span

ORDER = {"next": 0, "current": 1, "retired": 2, "gone": 3}
#: How long a key that is gone stays in the picture.
GONE_SHOWN = timedelta(days=30)


@blueprint.get("/keys")
@needs(Permission.READ_KEYS)
def keys() -> ResponseReturnValue:
    """Show the keys of each algorithm on a line of time, and what is known about each."""
    shown = [key for key in rules.listed() if not _is_long_gone(key)]
    shown.sort(key=lambda key: (ORDER[key.state], -key.created_at.timestamp()))
    span = key_chart.span_of([key.created_at for key in shown], now(), turn=settings.key_rotation)
    tokens = key_evidence.living([key.kid for key in shown])
    witnesses = key_evidence.witnesses()
    return render_template(
        "admin/keys.html",
        rings=[
            _ring(alg, [key for key in shown if key.alg == alg], span, tokens, witnesses)
            for alg in rules.KINDS
        ],
        witnesses=_witnesses(witnesses, shown),
        jwks_url=f"{settings.issuer}/jwks.json",
        done=request.args.get("done", ""),
    )


@blueprint.post("/keys", endpoint="key_act")
@needs(Permission.CHANGE_KEYS)
def act_on_keys() -> ResponseReturnValue:
    """Rotate an algorithm."""
    if request.form.get("act") != "rotate" or request.form.get("alg") not in rules.KINDS:
        abort(400)
    rules.rotate(request.form["alg"], by=administrator().user_id)
    commit()
    return redirect(url_for("admin.keys", done="rotated"), 303)


def _is_long_gone(key: SigningKey) -> bool:
    return key.gone_at is not None and key.gone_at < now() - GONE_SHOWN


def _ring(
    alg: str,
    found: Sequence[SigningKey],
    span: Span,
    tokens: dict[str, int],
    witnesses: Sequence[Witness],
) -> dict[str, Any]:
    turn_at = next_turn(found)
    told = [life(key, turn_at, tokens) for key in found]
    following = next((key for key in found if key.state == "next"), None)
    asked = [one for one in witnesses if one.alg == alg]
    locale = get_locale()
    mirrored = locale is not None and locale.text_direction == "rtl"
    return {
        "alg": alg,
        "turns_at": turn_at,
        "keys": told,
        "chart": key_chart.draw(told, span, mirrored=mirrored),
        "readers": len(asked),
        "missing": [one.name for one in asked if following and not one.has_fetched(following)],
    }


def life(
    key: SigningKey, turn_at: datetime | None, tokens: dict[str, int] | None = None
) -> dict[str, Any]:
    """Tell a key's life: what has happened, and what will if nobody does anything."""
    signs_at, retires_at = key.current_at, key.retired_at
    if key.state == "next":
        signs_at = turn_at
    elif key.state == "current":
        retires_at = turn_at
    gone_at = key.gone_at
    if key.state == "gone" and signs_at is not None:  # one that was revoked signed to the end
        retires_at = retires_at or gone_at
    if key.state == "retired" and key.retired_at is not None:
        gone_at = rules.dies_at(key.retired_at)
    elif key.state == "current" and turn_at is not None:
        gone_at = rules.dies_at(turn_at)
    return {
        "kid": key.kid,
        "state": key.state,
        "created_at": key.created_at,
        "signs_at": signs_at,
        "retires_at": retires_at,
        "gone_at": gone_at,
        "tokens": (tokens or {}).get(key.kid, 0),
    }


def next_turn(found: Sequence[SigningKey]) -> datetime | None:
    """Return when the next key takes over: old enough is the one, seen long enough the other."""
    times = {key.state: key for key in found}
    current, following = times.get("current"), times.get("next")
    if current is None or following is None or current.current_at is None:
        return None
    return max(current.current_at + settings.key_rotation, rules.signs_at_earliest(following))


def _witnesses(found: Sequence[Witness], shown: Sequence[SigningKey]) -> list[dict[str, Any]]:
    """Return the applications that use keys, those that have not been seen first."""
    following = {key.alg: key for key in shown if key.state == "next"}
    told = [_witness(one, following.get(one.alg or "")) for one in found]
    return sorted(told, key=lambda one: ORDER_OF_EVIDENCE.index(one["evidence"]))


ORDER_OF_EVIDENCE = ("older", "unseen", "fetched", "needless")


def _witness(one: Witness, following: SigningKey | None) -> dict[str, Any]:
    if one.alg is None or following is None:
        evidence = "needless"
    elif one.has_fetched(following):
        evidence = "fetched"
    else:
        evidence = "older" if one.fetched_at else "unseen"
    return {
        "client_id": one.client_id,
        "name": one.name,
        "alg": one.alg,
        "evidence": evidence,
        "fetched_at": one.fetched_at,
        "called_at": one.called_at,
        "address": one.address,
        "agent": one.agent,
    }
