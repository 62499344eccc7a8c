"""Take along everything that is kept about oneself."""

from __future__ import annotations

from flask import jsonify
from flask.typing import ResponseReturnValue

from app.database import commit
from app.services.people import exports, users
from app.web.access import RECENT, needs
from app.web.account.desk import blueprint, show, somebody


@blueprint.get("/data")
@needs(RECENT)
def data() -> ResponseReturnValue:
    """Say what there is."""
    return show("account/data.html")


@blueprint.post("/data")
@needs(RECENT)
def download() -> ResponseReturnValue:
    """Answer with all of it, as a file; a POST, so that nobody is led to it by a link."""
    answer = jsonify(exports.of(users.get(somebody().user_id)))
    commit()
    answer.headers["Content-Disposition"] = 'attachment; filename="account.json"'
    return answer
