"""Signing keys: their lives, rotate now, remove one that is retired."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.clock import now
from app.database import commit
from app.models import SigningKey
from app.services.authorization import keys as rules
from app.services.people.roles import Permission
from app.settings import settings
from app.web.access import needs
from app.web.admin.entrance import administrator, blueprint

ORDER = {"next": 0, "current": 1, "retired": 2}


@blueprint.get("/keys")
@needs(Permission.READ_KEYS)
def keys() -> ResponseReturnValue:
    """Show the keys of each algorithm on a line of time."""
    alive = [key for key in rules.listed() if key.state in ORDER]
    alive.sort(key=lambda key: (ORDER[key.state], -key.created_at.timestamp()))
    return render_template(
        "admin/keys.html",
        rings=[_ring(alg, [key for key in alive if key.alg == alg]) for alg in rules.KINDS],
        span=_span(alive),
        jwks_url=f"{settings.issuer}/jwks.json",
        done=request.args.get("done", ""),
    )


@blueprint.post("/keys", endpoint="key_act")
@needs(Permission.CHANGE_KEYS)
def act_on_keys() -> ResponseReturnValue:
    """Rotate an algorithm, or stop publishing a retired key."""
    act, by = request.form.get("act"), administrator().user_id
    if act == "rotate" and request.form.get("alg") in rules.KINDS:
        rules.rotate(request.form["alg"], by=by)
        done = "rotated"
    elif act == "retire" and request.form.get("kid", "").isprintable():
        rules.retire(request.form.get("kid", ""), by=by)
        done = "retired"
    else:
        abort(400)
    commit()
    return redirect(url_for("admin.keys", done=done), 303)


def _ring(alg: str, found: Sequence[SigningKey]) -> dict[str, Any]:
    return {
        "alg": alg,
        "next_rotation_at": _next_rotation(found),
        "keys": [_key(key) for key in found],
    }


def _key(key: SigningKey) -> dict[str, Any]:
    return {
        "kid": key.kid,
        "state": key.state,
        "created_at": key.created_at,
        "current_at": key.current_at,
        "retired_at": key.retired_at,
        "gone_at": rules.dies_at(key.retired_at) if key.retired_at else None,
    }


def _next_rotation(found: Sequence[SigningKey]) -> datetime | None:
    """Return when the next key takes over: old enough is the one, seen long enough the other."""
    times = {key.state: key for key in found}
    current, following = times.get("current"), times.get("next")
    if current is None or following is None or current.current_at is None:
        return None
    return max(current.current_at + settings.key_rotation, rules.signs_at_earliest(following))


def _span(alive: Sequence[SigningKey]) -> dict[str, datetime]:
    """Return what the lines of time cover: up to one rotation back and one ahead."""
    moment = now()
    earliest = min((key.created_at for key in alive), default=moment)
    start = max(earliest, moment - settings.key_rotation)
    return {
        "start": min(start, moment - timedelta(days=7)),
        "end": moment + settings.key_rotation,
        "now": moment,
    }
