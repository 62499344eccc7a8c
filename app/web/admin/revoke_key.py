"""Revoke a key that is in wrong hands: what follows is named before, and asked for once more."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, StringField
from wtforms.validators import InputRequired, Length

from app.database import commit
from app.errors import NotFound
from app.models import SigningKey
from app.security.jose import ENCRYPTION
from app.services.authorization import key_evidence
from app.services.authorization import keys as rules
from app.services.people.roles import Permission
from app.web.access import needs
from app.web.admin.entrance import administrator, blueprint
from app.web.admin.keys import life, next_turn
from app.web.forms import Form

LONGEST_REASON = 200


class RevokeForm(Form):
    """That it is meant, and why."""

    reason = StringField(
        _("Why (optional)"),
        validators=[Length(max=LONGEST_REASON, message=_("Use at most 200 characters."))],
    )
    sure = BooleanField(
        _("I know that these tokens stop working"),
        validators=[InputRequired(_("Tick this to revoke the key."))],
    )


@blueprint.route("/keys/<kid>/revoke", methods=["GET", "POST"])
@needs(Permission.CHANGE_KEYS, recent=True)
def revoke_key(kid: str) -> ResponseReturnValue:
    """Name what follows, then stop believing the key."""
    ring = rules.listed()
    key = next((key for key in ring if key.kid == kid and key.state != "gone"), None)
    if key is None:
        raise NotFound("There is no key with this ID.")
    form = RevokeForm()
    if form.validate_on_submit():
        reason = " ".join((form.reason.data or "").split())
        rules.revoke(kid, by=administrator().user_id, reason=reason)
        commit()
        return redirect(url_for("admin.keys", done="revoked"), 303)
    page = render_template("admin/revoke_key.html", form=form, **_what_follows(key, ring))
    return page, 422 if form.is_submitted() else 200


def _what_follows(key: SigningKey, ring: Any) -> dict[str, Any]:
    same = [other for other in ring if other.alg == key.alg and other.state != "gone"]
    signed = key_evidence.by_client(key.kid)
    following = next((other for other in same if other.state == "next"), None)
    asked = [one for one in key_evidence.witnesses() if one.alg == key.alg]
    is_current = key.state == "current"
    return {
        "key": life(key, next_turn(same)),
        "alg": key.alg,
        "encrypts": key.alg in ENCRYPTION,
        "signed": signed,
        "people": key_evidence.people(key),
        "tokens": sum(one.count for one in signed),
        "expiring": key_evidence.by_expiry(key.kid),
        "missing": [
            one.name for one in asked if is_current and following and not one.has_fetched(following)
        ],
        "kept_minutes": int(rules.KEY_SET_KEPT.total_seconds() // 60),
    }
