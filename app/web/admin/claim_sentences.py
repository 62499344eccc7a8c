"""Claims in plain words: what each says, what made it, and where that is changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from app.models import Client
from app.oidc.preview import OF_THE_MOMENT
from app.services.clients import scopes

LONGEST_VALUE = 500
LONGEST_NAME = 80
MOST_CLAIMS = 100
#: Claims whose value is a time, in seconds since 1970.
TIMES = frozenset({"iat", "exp", "nbf", "auth_time", "updated_at"})
LATEST = 253_402_300_799

#: What a claim says wherever it stands.
_EVERYWHERE: dict[str, LazyString] = {
    "iss": _("Who issued it. This provider's own address, the same everywhere."),
    "sub": _("Who the person is: an ID of their own, never an address."),
    "aud": _("Whom it is for. Anybody else must refuse it."),
    "exp": _("From when on it must be refused."),
    "nbf": _("Until when it must be refused."),
    "iat": _("When it was issued."),
    "jti": _("The number of this very token."),
    "auth_time": _("When the person proved who they are."),
    "acr": _("How surely the person is known: the level that the sign-in reached."),
    "amr": _("The methods of the sign-in: pwd a password, otp a code, hwk or swk a passkey."),
    "nonce": _("Comes from the request, so that the application knows its own answer again."),
    "at_hash": _("Binds the ID token to the access token that came with it."),
    "c_hash": _("Binds the ID token to the code that came with it."),
    "sid": _("The session it came from; the notice of a sign-out names the same one."),
    "client_id": _("The application that the token was issued to."),
    "scope": _("What the person allowed of what was asked for."),
    "family": _("The authorization it came from: when that ends, it is dead at this provider."),
    "events": _("Says that this is a notice of a sign-out."),
    "active": _("Whether the token lives."),
    "token_type": _("How it is sent: in the header, after the word Bearer."),
    "azp": _("The application that asked for it, when it is for others too."),
}
#: What is more precise for some places.
_AT: dict[tuple[str, str], LazyString] = {
    ("id_token", "aud"): _("Whom it is for: the application, by its client ID."),
    ("logout_token", "aud"): _("Whom it is for: the application, by its client ID."),
    ("userinfo", "aud"): _("Whom the signed answer is for: the application, by its client ID."),
    ("access_token", "aud"): _(
        "Whom it is for: the audiences that are set for the application, and this provider when "
        "the scope openid is among the permissions."
    ),
}
_SINGLE = _("Asked for by name with the parameter claims, and allowed with the scope %(scope)s.")
_FROM_SCOPE = _("From the account, because of the scope %(scope)s.")
#: What does not come from a scope: the field of the application's page that changes it.
FIELDS = {
    ("access_token", "aud"): "audience",
    ("access_token", "exp"): "access_token_lifetime",
    ("access_token", "scope"): "scope",
}


def explained(
    claims: Mapping[str, Any],
    place: str,
    *,
    client: Client | None = None,
    user_id: int | None = None,
) -> list[dict[str, Any]]:
    """Return a line for each claim; `place` is the kind of token, or `userinfo`.

    The values may be anybody's: they are cut, and hold no sign that turns or hides others.
    """
    return [
        {
            "name": one_line(str(name), LONGEST_NAME),
            "value": shown(value),
            "at": _moment(value) if name in TIMES else None,
            "differs": name in OF_THE_MOMENT,
            "sentence": _sentence(name, place, client, claims),
            **_change(name, place, client, user_id),
        }
        for name, value in list(claims.items())[:MOST_CLAIMS]
    ]


def shown(value: Any) -> str:
    """Return a value on one line, as JSON unless it is text."""
    try:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    except RecursionError:
        text = "…"
    return one_line(text, LONGEST_VALUE)


def one_line(text: str, longest: int) -> str:
    """Return a text of somebody else, cut, with a mark for every sign that cannot be seen."""
    cut = f"{text[:longest]}…" if len(text) > longest else text
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in cut)


def _moment(value: Any) -> datetime | None:
    is_time = isinstance(value, int) and not isinstance(value, bool) and 0 < value < LATEST
    return datetime.fromtimestamp(value, UTC) if is_time else None


def _sentence(name: str, place: str, client: Client | None, claims: Mapping[str, Any]) -> str:
    if name == "sub":
        return str(_subject(client, claims))
    scope = scopes.carrier_of(name)
    found = _AT.get((place, name)) or _EVERYWHERE.get(name)
    if found is not None or scope is None:
        return str(found or _("Not a claim that this provider makes."))
    words = _SINGLE if place == "id_token" else _FROM_SCOPE
    return str(words) % {"scope": scope}


def _subject(client: Client | None, claims: Mapping[str, Any]) -> LazyString:
    if client is not None and claims.get("sub") == client.client_id:
        return _("The application itself: no person stands behind this token.")
    if client is not None and client.setting("subject_type") == "pairwise":
        return _("Who the person is, by an ID that this application's sector alone knows.")
    return _EVERYWHERE["sub"]


def _change(name: str, place: str, client: Client | None, user_id: int | None) -> dict[str, Any]:
    """Return where it is changed: the setting's name and address, or the account."""
    if scopes.carrier_of(name) and user_id is not None:
        url = url_for("admin.user", user_id=user_id)
        return {"setting": "", "url": url}
    field = "subject_type" if name == "sub" else FIELDS.get((place, name))
    if field is None or client is None:
        return {"setting": "", "url": None}
    url = url_for("admin.client", client_id=client.client_id, _anchor=field)
    return {"setting": field, "url": url}
