"""Stay signed in while a page of one's account is open: the answer of its dialog."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from app.web import idle
from app.web.access import SIGNED_IN, needs
from app.web.account.desk import blueprint


@blueprint.post("/stay")
@needs(SIGNED_IN)
def stay() -> ResponseReturnValue:
    """Note that somebody is still there."""
    return idle.stay("account")
