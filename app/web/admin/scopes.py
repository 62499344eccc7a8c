"""Scopes and claims: which there are, what each gives, and how many applications use it."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from app.models import CustomScope
from app.services.clients import custom_scopes
from app.services.clients import scopes as catalogue
from app.services.clients.scopes import Scope
from app.services.people.roles import Permission
from app.web.access import needs
from app.web.admin.entrance import blueprint


@blueprint.get("/scopes")
@needs(Permission.READ_SCOPES)
def scopes() -> ResponseReturnValue:
    """Show the standard scopes, those made here, and words that applications use without either."""
    made, usage = custom_scopes.every(), custom_scopes.usage()
    known = {*catalogue.NAMES, *(scope.name for scope in made)}
    return render_template(
        "admin/scopes.html",
        standard=[_standard(scope, usage[scope.name]) for scope in catalogue.SCOPES],
        custom=[_custom(scope, usage[scope.name]) for scope in made],
        wordless=sorted((name, count) for name, count in usage.items() if name not in known),
        deleted=request.args.get("deleted", "")[:100],
    )


@blueprint.get("/scopes/<name>")
@needs(Permission.READ_SCOPES)
def standard_scope(name: str) -> ResponseReturnValue:
    """Show a standard scope: what it gives, and to which applications; nothing can be changed."""
    found = catalogue.BY_NAME.get(name)
    if found is None:
        abort(404)
    asking = custom_scopes.asking(name)
    return render_template("admin/scope.html", scope=_standard(found, len(asking)), users=asking)


def _standard(scope: Scope, count: int) -> dict[str, Any]:
    return {
        "name": scope.name,
        "title": scope.title,
        "claims": scope.claims,
        "offer": scope.offer,
        "users": count,
    }


def _custom(scope: CustomScope, count: int) -> dict[str, Any]:
    return {
        "id": scope.id,
        "name": scope.name,
        "title": catalogue.Words(scope.titles),
        "claims": tuple(scope.claims),
        "offer": "on" if scope.starts_on else "off",
        "is_disabled": scope.is_disabled,
        "users": count,
    }
