"""Paste a token: what it is, whose, whether it lives, and who would refuse it.

The token comes in a form and goes with the answer: it stands in no address, no log, no row, and
not on the page that explains it.
"""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from app.database import commit
from app.models import Session
from app.oidc import audience_check, inspection
from app.oidc.inspection import Inspection
from app.security.jose import LONGEST_TOKEN
from app.services.authorization import consents
from app.services.people import users
from app.services.people.roles import Permission
from app.services.upkeep import audit
from app.services.upkeep.audit import Event
from app.web import permissions
from app.web.access import needs
from app.web.admin import claim_sentences, token_sentences
from app.web.admin.entrance import administrator, blueprint
from app.web.forms import Form

LONGEST_AUDIENCE = 300
#: Line breaks and the word before it may come along.
LONGEST_PASTED = LONGEST_TOKEN * 2


class TokenForm(Form):
    """What was pasted, and who would be given it."""

    token = TextAreaField(
        _("Token"),
        validators=[
            DataRequired(_("Paste a token.")),
            Length(max=LONGEST_PASTED, message=_("It is longer than any token of this provider.")),
        ],
        description=_("With or without the word Bearer. It is looked at and forgotten."),
    )
    audience = StringField(
        _("Who is to take it?"),
        validators=[Length(max=LONGEST_AUDIENCE)],
        description=_("The name or address of an API, or the client ID of an application."),
    )


@blueprint.route("/token", methods=["GET", "POST"])
@needs(Permission.READ_AUDIT)
def token() -> ResponseReturnValue:
    """Ask for a token, or explain the one that was sent."""
    form = TokenForm()
    if not form.is_submitted():
        return _page(form)
    if not form.validate():
        return _page(form), 422
    pasted = inspection.plain(form.token.data)
    seen = inspection.inspect(pasted)
    audit.record(
        Event.TOKEN_LOOKED_AT,
        actor_id=administrator().user_id,
        client_id=seen.client.client_id if seen.client else "",
        reference=seen.reference,
        kind=seen.kind,
        is_ours=seen.is_ours,
    )
    audience = (form.audience.data or "").strip()
    refused = audience_check.refusals(seen, audience, token=pasted) if audience else []
    page = _page(form, seen, audience=audience, refused=token_sentences.refusals(refused))
    commit()
    return page


def _page(
    form: TokenForm,
    seen: Inspection | None = None,
    *,
    audience: str = "",
    refused: list[dict[str, str]] | None = None,
) -> str:
    form.token.data = ""  # who looks over a shoulder, or saves the page, gets nothing
    return render_template(
        "admin/token.html",
        form=form,
        found=_found(seen) if seen else None,
        audience=claim_sentences.one_line(audience, LONGEST_AUDIENCE),
        refused=refused or [],
    )


def _found(seen: Inspection) -> dict[str, Any]:
    client = seen.client
    return {
        "kind": seen.kind,
        "verdict": token_sentences.verdict(seen),
        "checks": token_sentences.lines(seen.findings),
        "header": _header(seen),
        "claims": claim_sentences.explained(
            seen.claims, seen.kind, client=client if seen.is_ours else None, user_id=None
        ),
        "scope": claim_sentences.one_line(seen.scope, claim_sentences.LONGEST_VALUE),
        "key": {"kid": seen.key.kid, "alg": seen.key.alg, "state": seen.key.state}
        if seen.key and seen.is_ours
        else None,
        "client": {"client_id": client.client_id, "name": client.name} if client else None,
        "user": _user(seen),
        "session": _session(seen.session) if seen.session else None,
        "consent": _consent(seen),
        "reference": seen.reference,
    }


def _header(seen: Inspection) -> list[dict[str, str]]:
    longest = claim_sentences.LONGEST_NAME
    members = list(seen.header.items())[: claim_sentences.MOST_CLAIMS]
    return [
        {"name": claim_sentences.one_line(name, longest), "value": claim_sentences.shown(value)}
        for name, value in members
    ]


def _user(seen: Inspection) -> dict[str, Any] | None:
    if seen.user_id is None:
        return None
    row = users.get(seen.user_id)
    return {"id": row.id, "name": row.shown_name}


def _session(row: Session) -> dict[str, Any]:
    return {"created_at": row.created_at, "ended_at": row.ended_at, "amr": " ".join(row.amr)}


def _consent(seen: Inspection) -> dict[str, Any] | None:
    if seen.user_id is None or seen.client is None:
        return None
    row = consents.find(seen.user_id, seen.client.id)
    if row is None:
        return None
    titles = [permissions.title(name) for name in row.scope.split()]
    return {"given_at": row.given_at, "titles": titles}
