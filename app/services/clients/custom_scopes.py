"""Scopes that administrators make: what one may be called, what it gives, and who uses it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.clock import now
from app.database import db
from app.errors import InvalidInput, NotFound
from app.models import Client, CustomScope
from app.services.clients import clients, scopes
from app.services.upkeep import audit
from app.services.upkeep.audit import Event
from app.services.upkeep.languages import DEFAULT, LANGUAGES
from app.services.upkeep.memory import memory

MOST_CLAIMS = 20
LONGEST_TITLE = 100
#: RFC 6749 §3.3: printable ASCII without space, quote and backslash.
NAME = re.compile(r"[!#-\[\]-~]{1,100}")
#: Claims that say who issued a token, to whom and how the sign-in was: nobody else may write them
#: (OIDC Core §2, RFC 7519 §4.1, RFC 9068 §2.2, RFC 8693 §4).
OURS = frozenset(
    {
        *("iss", "sub", "aud", "exp", "nbf", "iat", "jti", "azp", "client_id", "scope", "family"),
        *("auth_time", "nonce", "acr", "amr", "sid", "at_hash", "c_hash", "s_hash"),
        *("cnf", "act", "may_act", "sub_jwk", "events", "_claim_names", "_claim_sources"),
    }
)
#: Whose values a claim may have: what the standard scopes give, but for the ID itself.
SOURCES = tuple(claim for claim in scopes.CLAIMS if claim != "sub")


@dataclass(frozen=True, slots=True)
class Draft:
    """What an administrator wants a scope to be."""

    name: str
    titles: Mapping[str, str]
    #: The names of its claims, each with the standard claim whose value it has.
    claims: Mapping[str, str]
    starts_on: bool


@dataclass(frozen=True, slots=True)
class AskingClient:
    """A client that may ask for a scope."""

    client_id: str
    name: str
    is_disabled: bool


def every() -> Sequence[CustomScope]:
    """Return all of them, by name."""
    return db.session.scalars(select(CustomScope).order_by(CustomScope.name)).all()


def get(scope_id: int) -> CustomScope:
    """Return one.

    Raises:
        NotFound: there is none.
    """
    found = db.session.get(CustomScope, scope_id)
    if found is None:
        raise NotFound("There is no such scope.")
    return found


def make(draft: Draft, *, by: int | None = None) -> CustomScope:
    """Make a scope; clients that may ask for this word already may ask for it as before.

    Raises:
        InvalidInput: names the field at fault.
    """
    made = CustomScope()
    _check_name(draft.name)
    made.name = draft.name
    _write(made, draft)
    audit.record(Event.SCOPE_MADE, actor_id=by, scope=made.name, claims=sorted(made.claims))
    memory().forget("scopes")
    return made


def change(scope: CustomScope, draft: Draft, *, by: int | None = None) -> bool:
    """Change everything but the name; tell whether it gives more than before.

    Then nobody has allowed that yet: authorization.scope_consents asks everybody again.

    Raises:
        InvalidInput: names the field at fault.
    """
    before = dict(scope.claims)
    _write(scope, draft)
    audit.record(Event.SCOPE_CHANGED, actor_id=by, scope=scope.name, claims=sorted(scope.claims))
    memory().forget("scopes")
    return any(before.get(claim) != source for claim, source in scope.claims.items())


def turn_off(scope: CustomScope, *, by: int | None = None) -> None:
    """Give the scope to nobody any more; what people have allowed is kept."""
    scope.disabled_at = now()
    audit.record(Event.SCOPE_TURNED_OFF, actor_id=by, scope=scope.name)
    memory().forget("scopes")


def turn_on(scope: CustomScope, *, by: int | None = None) -> None:
    """Give the scope again.

    Raises:
        InvalidInput: another scope has taken a claim of it meanwhile, with another value.
    """
    _check_claims(scope.claims, ignoring=scope.id)
    scope.disabled_at = None
    audit.record(Event.SCOPE_TURNED_ON, actor_id=by, scope=scope.name)
    memory().forget("scopes")


def remove(scope: CustomScope, *, by: int | None = None) -> None:
    """Delete the scope, also from the applications that may ask for it."""
    name = scope.name
    for client in _rows_asking(name):
        kept = [one for one in scopes.split(client.setting("scope")) if one != name]
        clients.update(client, {"scope": " ".join(kept)}, by=by)
    db.session.delete(scope)
    db.session.flush()
    audit.record(Event.SCOPE_DELETED, actor_id=by, scope=name)
    memory().forget("scopes")


def _rows_asking(name: str) -> Sequence[Client]:
    """Return the clients that may ask for a scope, ready to be changed."""
    ids = [client.client_id for client in asking(name)]
    return db.session.scalars(select(Client).where(Client.client_id.in_(ids))).all()


def asking(name: str) -> list[AskingClient]:
    """Return the clients that may ask for a scope, by name."""
    wanted = select(
        Client.client_id, Client.name, Client.disabled_at, Client.registration["scope"].as_string()
    ).order_by(Client.name)
    return [
        AskingClient(client_id, client, disabled_at is not None)
        for client_id, client, disabled_at, scope in db.session.execute(wanted)
        if name in scopes.split(scope)
    ]


def usage() -> Counter[str]:
    """Return how many clients may ask for each scope, those without words included."""
    wanted = select(Client.registration["scope"].as_string())
    found: Counter[str] = Counter()
    for scope in db.session.scalars(wanted):
        found.update(scopes.split(scope))
    return found


def _write(scope: CustomScope, draft: Draft) -> None:
    _check_claims(draft.claims, ignoring=scope.id)
    scope.titles = _titles(draft.titles)
    scope.claims = dict(draft.claims)
    scope.starts_on = draft.starts_on
    try:
        with db.session.begin_nested():
            db.session.add(scope)
            db.session.flush()
    except IntegrityError:
        raise InvalidInput("name", str(_("There is a scope with this name already."))) from None


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name):
        words = _("Use up to 100 letters, digits and signs such as : and /, and no space.")
        raise InvalidInput("name", str(words))
    if name in scopes.BY_NAME:
        raise InvalidInput("name", str(_("This is a standard scope, and stays as it is.")))


def _titles(titles: Mapping[str, str]) -> dict[str, str]:
    """Return the words in each language, on one line.

    Raises:
        InvalidInput: there are none in English, or they could read as something else.
    """
    written = {language: _one_line(titles.get(language, "")) for language in LANGUAGES}
    for language, words in written.items():
        if len(words) > LONGEST_TITLE:
            raise InvalidInput(f"title_{language}", str(_("Use 100 characters or fewer.")))
    if not written[DEFAULT]:
        field = f"title_{DEFAULT}"
        raise InvalidInput(field, str(_("Write in English what people read when they are asked.")))
    return {language: words for language, words in written.items() if words}


def _one_line(text: str) -> str:
    """Return words on one line, without signs that turn the direction of what follows."""
    kept = (sign for sign in text if unicodedata.category(sign) != "Cf")
    return " ".join("".join(sign if sign.isprintable() else " " for sign in kept).split())


def _check_claims(claims: Mapping[str, str], *, ignoring: int | None) -> None:
    """Refuse claims that would say something we say ourselves, or two things at once."""
    if len(claims) > MOST_CLAIMS:
        raise InvalidInput("claims", str(_("A scope gives 20 claims at most.")))
    taken = {
        claim: source
        for other in every()
        if other.id != ignoring and other.disabled_at is None
        for claim, source in other.claims.items()
    }
    for claim, source in claims.items():
        if not NAME.fullmatch(claim):
            raise InvalidInput("claims", str(_("A claim has a name without spaces and quotes.")))
        if source not in SOURCES:
            raise InvalidInput("claims", str(_("Choose where each claim gets its value from.")))
        if claim in OURS:
            words = _("%(claim)s is ours: it says who signed in, where and how.", claim=claim)
            raise InvalidInput("claims", str(words))
        if claim in SOURCES and source != claim:
            words = _("%(claim)s is a standard claim and has its own value.", claim=claim)
            raise InvalidInput("claims", str(words))
        if taken.get(claim, source) != source:
            words = _("Another scope gives %(claim)s with another value.", claim=claim)
            raise InvalidInput("claims", str(words))
