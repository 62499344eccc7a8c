"""Preview: the tokens an application would get for a person, and what that person would be asked.

The page shows claims, never a token: there is nothing on it that anybody could use. Somebody else's
are personal data all the same: that they were looked at is recorded, and their owner reads so.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import g, render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from markupsafe import Markup
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from app.database import commit
from app.models import Client, User
from app.oidc import access_token, id_token, preview
from app.oidc.endpoints import userinfo
from app.oidc.preview import GRANTS, OWN, WAYS, Preview, Wish
from app.oidc.reasons import Refusal
from app.services.clients import clients, scopes
from app.services.people import accounts, users
from app.services.people.roles import Permission
from app.services.upkeep import audit
from app.services.upkeep.audit import Event
from app.web import asking, guards, unsent
from app.web.access import needs
from app.web.admin import claim_sentences
from app.web.admin.client_fields import TicksField
from app.web.admin.entrance import administrator, blueprint, permits

LONGEST_CLAIMS = 4_096
LONGEST_ADDRESS = 320
#: What somebody reads who owns applications and asks about other people.
YOURSELF = _("You may look at your own account alone.")
GRANT_WORDS = {
    preview.CODE: _("A sign-in (code)"),
    preview.DEVICE: _("A device (code typed elsewhere)"),
    "refresh_token": _("A refreshed sign-in"),
    "client_credentials": _("The application itself"),
}
WAY_WORDS = {
    "password": _("A password"),
    "second-step": _("A password and a code"),
    "passkey": _("A passkey"),
}


class PreviewForm(unsent.KeptForm):
    """What is to be seen."""

    grant = RadioField(_("What asks for tokens"))
    user = StringField(
        _("Person"),
        validators=[Length(max=LONGEST_ADDRESS)],
        description=_("The email address of an account. Looking at somebody else's is recorded."),
    )
    way = SelectField(
        _("Signed in with"),
        choices=[SelectChoice(name, words) for name, words in WAY_WORDS.items()],
    )
    scope = TicksField(_("Scopes"))
    claims = TextAreaField(
        _("Single claims"),
        validators=[Length(max=LONGEST_CLAIMS)],
        description=_("The parameter claims of the request, as JSON. Most applications send none."),
    )


@blueprint.get("/applications/<client_id>/preview", endpoint="preview")
@needs(Permission.READ_APPLICATIONS)
def show_own(client_id: str) -> ResponseReturnValue:
    """Show what the application would be told of the administrator."""
    row = clients.get(client_id)
    form = _form(row)
    if g.get("unsent") is not None:  # what was typed is to be pressed once more
        return _page(row, form)
    return _shown(row, form, users.get(administrator().user_id))


@blueprint.post("/applications/<client_id>/preview")
@needs(Permission.READ_APPLICATIONS)
@unsent.keeps(PreviewForm)
def show_preview(client_id: str) -> ResponseReturnValue:
    """Show what it would be told, and what the person would be asked; a POST: it is recorded."""
    row = clients.get(client_id)
    form = _form(row)
    if not form.validate():
        return _page(row, form), 422
    user = _user(form)
    if user is None and form.grant.data != OWN:
        known = permits(Permission.READ_USERS)
        form.user.errors = [_("No user has this address.") if known else YOURSELF]
        return _page(row, form), 422
    return _shown(row, form, user)


def _shown(row: Client, form: PreviewForm, user: User | None) -> ResponseReturnValue:
    wish = Wish(
        grant_type=form.grant.data,
        scope=scopes.join(form.scope.data),
        user=None if form.grant.data == OWN else user,
        amr=WAYS[form.way.data],
        claims=(form.claims.data or "").strip(),
    )
    try:
        seen = preview.of(row, wish)
    except Refusal as refusal:
        return _page(row, form, refusal=refusal)
    _record(row, wish)
    return _page(row, form, wish, seen)


def _record(row: Client, wish: Wish) -> None:
    """Write down that somebody else's values are looked at."""
    me = administrator().user_id
    if wish.user is not None and wish.user.id != me:
        audit.record(
            Event.SHARES_SEEN,
            actor_id=me,
            user_id=wish.user.id,
            client_id=row.client_id,
            address=guards.address(),
        )
        commit()


def _form(row: Client) -> PreviewForm:
    """Return the form: as it was sent, or for the administrator and all that may be asked for."""
    offered = [grant for grant in GRANTS if row.check_grant_type(grant)]
    allowed = scopes.join(row.scopes).split()
    start = {
        "grant": next(iter(offered), ""),
        "user": administrator().email,
        "way": "password",
        "scope": [name for name in allowed if scopes.is_offered(name, row) != "off"],
    }
    form = PreviewForm(data=start)
    form.grant.choices = [SelectChoice(grant, GRANT_WORDS[grant]) for grant in offered]
    form.scope.choices = scope_choices(allowed)
    return form


def scope_choices(names: Iterable[str]) -> list[SelectChoice]:
    """Return a choice for each scope, by its name on the wire."""
    return [SelectChoice(name, Markup("<code>{}</code>").format(name)) for name in names]


def _user(form: PreviewForm) -> User | None:
    """Return whose tokens are to be seen; who may not see people sees themselves alone."""
    typed = (form.user.data or "").strip()
    mine = users.get(administrator().user_id)
    if not typed or accounts.key_of(typed) == mine.email_key:
        return mine
    return accounts.find_by_email(typed) if permits(Permission.READ_USERS) else None


def _page(
    row: Client,
    form: PreviewForm,
    wish: Wish | None = None,
    seen: Preview | None = None,
    *,
    refusal: Refusal | None = None,
) -> str:
    return render_template(
        "admin/preview.html",
        client={"client_id": row.client_id, "name": row.name},
        form=form,
        parts=parts(row, seen, user_id=_seen_user(wish)) if wish and seen else [],
        facts=_facts(seen) if seen else None,
        question=_question(row, wish) if wish else None,
        refusal=_refusal(refusal) if refusal else None,
    )


def _seen_user(wish: Wish) -> int | None:
    """Return whose page may be linked to."""
    return wish.user.id if wish.user and permits(Permission.READ_USERS) else None


def parts(row: Client, seen: Preview, *, user_id: int | None = None) -> list[dict[str, Any]]:
    """Return ID token, access token and userinfo, each with its claims in words.

    `user_id` has claims of the account lead to its page.
    """
    is_opaque = access_token.is_opaque(row)
    signed = userinfo.alg_of(row)
    table = (
        ("id_token", seen.id_token, id_token.alg_of(row)),
        ("access_token", seen.access_token, "" if is_opaque else access_token.ALG),
        ("userinfo", seen.userinfo, signed or ""),
    )
    return [
        {
            "kind": kind,
            "alg": alg,
            "is_encrypted": bool(row.setting(f"{kind}_encrypted_response_alg")),
            "claims": claim_sentences.explained(claims, kind, client=row, user_id=user_id)
            if claims is not None
            else None,
        }
        for kind, claims, alg in table
    ]


def _facts(seen: Preview) -> dict[str, Any]:
    return {
        "scope": seen.scope,
        "lifetime": seen.lifetime,
        "has_refresh_token": seen.has_refresh_token,
    }


def _question(row: Client, wish: Wish) -> dict[str, Any] | None:
    """Return what the consent page would say to the person, None where nobody is asked."""
    found = preview.question(row, wish)
    if found is None or wish.user is None:
        return None
    address = next(iter(row.setting("redirect_uris") or ()), "")
    is_more = asking.is_more(found.scopes, found.person, row, found.known)
    left_out = row.required_scopes & found.person.declined
    return {
        "account": {"name": wish.user.name or "", "email": wish.user.email},
        "client": asking.client(row, address, found.known, found.scopes),
        "scopes": asking.rows(found.scopes, wish.user, found.person, row, is_more=is_more),
        "is_more": is_more,
        "left_out": bool(left_out.intersection(found.scopes)),
        "is_asked": found.is_asked,
        "is_trusted": bool(row.setting("trusted")),
    }


def _refusal(refusal: Refusal) -> dict[str, str]:
    reason = refusal.reason
    return {"code": reason.code, "description": reason.description, "fix": reason.fix}
