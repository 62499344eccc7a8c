"""Take along everything that is kept about oneself."""

from __future__ import annotations

from flask import jsonify, render_template
from flask.typing import ResponseReturnValue

from app.database import commit
from app.services import accounts, exports
from app.web import guards
from app.web.account.desk import blueprint, somebody


@blueprint.get("/data")
@guards.recent_only
def data() -> ResponseReturnValue:
    """Say what there is."""
    page = render_template("account/data.html")
    commit()  # the session was seen
    return page


@blueprint.post("/data")
@guards.recent_only
def download() -> ResponseReturnValue:
    """Answer with all of it, as a file; a POST, so that nobody is led to it by a link."""
    user, _stored = accounts.get_for_change(somebody().user_id)
    answer = jsonify(exports.of(user))
    commit()
    answer.headers["Content-Disposition"] = 'attachment; filename="account.json"'
    return answer
