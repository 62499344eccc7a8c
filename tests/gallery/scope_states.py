"""Scopes and claims: the list, one of each kind, and deleting one."""

from __future__ import annotations

from typing import Any

from app.services.clients import scopes
from app.services.clients.custom_scopes import AskingClient
from app.services.clients.scopes import Words
from app.web.admin.custom_scope import DeleteScopeForm, ScopeForm, _make_room, _previews, _titles
from tests.gallery.people import LONG_NAME, Context, States, told

TITLES = {"en": "Your team at work", "fr": "Votre équipe au travail", "ar": "فريقك في العمل"}
CLAIMS = {"https://example.org/team": "groups", "short_name": "preferred_username"}
USERS = [
    AskingClient("8Qp4kzT1WcXa", "Photo Box", is_disabled=False),
    AskingClient("b", LONG_NAME, is_disabled=True),
]


class Row:
    """A scope as the database has it."""

    name = "hr:team"
    titles = TITLES
    claims = CLAIMS
    starts_on = False


def _standard() -> list[dict[str, Any]]:
    return [
        {
            "name": scope.name,
            "title": scope.title,
            "claims": scope.claims,
            "offer": scope.offer,
            "users": 12 - place,
        }
        for place, scope in enumerate(scopes.SCOPES)
    ]


def _custom(**changes: Any) -> dict[str, Any]:
    known = {
        "id": 1,
        "name": "hr:team",
        "title": Words(TITLES),
        "claims": tuple(CLAIMS),
        "offer": "off",
        "is_disabled": False,
        "users": 2,
    }
    return {**known, **changes}


def _scopes(**changes: Any) -> Context:
    plain = _custom(id=2, name="archive:read", title="Your files", claims=(), is_disabled=True)
    known = {
        "standard": _standard(),
        "custom": [_custom(), plain],
        "wordless": [("photos:read", 1), ("urn:example:files.read", 3)],
        "deleted": "",
    }
    return {**known, **changes}


def _form(**values: Any) -> ScopeForm:
    form = ScopeForm(formdata=None, data=values)
    _make_room(form)
    return form


def _one(form: ScopeForm | None = None, **changes: Any) -> Context:
    form = form or _form(
        name="hr:team",
        starts="off",
        claims=[{"claim": claim, "source": source} for claim, source in CLAIMS.items()],
        **{f"title_{language}": words for language, words in TITLES.items()},
    )
    known = {
        "scope": {"id": 1, "name": "hr:team", "is_disabled": False},
        "form": form,
        "titles": _titles(form),
        "previews": _previews(Row()),  # type: ignore[arg-type]  # all it asks of a row
        "users": USERS,
        "people": 41,
        "done": "",
    }
    return {**known, **changes}


def _new(form: ScopeForm) -> Context:
    return {"form": form, "titles": _titles(form)}


def _delete(*faults: str, **changes: Any) -> Context:
    form = DeleteScopeForm(formdata=None)
    form = told(form, name=faults[0]) if faults else form
    known = {
        "form": form,
        "scope": {"id": 1, "name": "hr:team", "is_disabled": False},
        "users": USERS,
        "people": 41,
    }
    return {**known, **changes}


STATES: States = (
    ("admin/scopes.html", "some", _scopes),
    ("admin/scopes.html", "none", lambda: _scopes(custom=[], wordless=[], deleted="hr:team")),
    (
        "admin/scope.html",
        "profile",
        lambda: {"scope": _standard()[1], "users": USERS},
    ),
    ("admin/scope.html", "unused", lambda: {"scope": _standard()[6], "users": []}),
    ("admin/custom_scope.html", "some", _one),
    (
        "admin/custom_scope.html",
        "off",
        lambda: _one(
            scope={"id": 1, "name": "hr:team", "is_disabled": True}, users=[], people=0, done="off"
        ),
    ),
    (
        "admin/custom_scope.html",
        "refused",
        lambda: _one(told(_form(), "email is a standard claim and has its own value.")),
    ),
    ("admin/new_scope.html", "empty", lambda: _new(_form())),
    (
        "admin/new_scope.html",
        "refused",
        lambda: _new(
            told(_form(name="email"), name="This is a standard scope, and stays as it is.")
        ),
    ),
    ("admin/delete_scope.html", "some", _delete),
    (
        "admin/delete_scope.html",
        "mistyped",
        lambda: _delete("Type the name as it stands above.", users=[], people=0),
    ),
)
