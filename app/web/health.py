"""Health: is the process alive, and can it do its work? Answered for any Host."""

from __future__ import annotations

from flask import Blueprint, Flask, jsonify
from flask.typing import ResponseReturnValue

from app.database import is_reachable
from app.errors import Unavailable
from app.services.authorization import keys
from app.web.access import ANYONE, needs

blueprint = Blueprint("health", __name__, url_prefix="/health")


@blueprint.get("/live")
@needs(ANYONE)
def live() -> ResponseReturnValue:
    """Say that the process answers."""
    return jsonify(status="alive")


@blueprint.get("/ready")
@needs(ANYONE)
def ready() -> ResponseReturnValue:
    """Say whether database and signing keys are at hand."""
    faults = _faults()
    return jsonify(status="unready" if faults else "ready", faults=faults), 503 if faults else 200


def _faults() -> list[str]:
    if not is_reachable():
        return ["database"]
    try:
        keys.signer("RS256")
    except Unavailable:
        return ["keys"]
    return []


def init_app(app: Flask) -> None:
    """Serve health."""
    app.register_blueprint(blueprint)
