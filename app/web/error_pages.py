"""What people and programs see when something goes wrong: pages here, JSON for endpoints."""

from __future__ import annotations

import logging

from flask import Flask, g, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from app.database import commit, is_busy, rollback
from app.errors import Conflict, NotFound, ProviderError, Refused, TooMany, Unavailable
from app.security.passwords import TooManyHashes
from app.security.secrets import new_reference
from app.web import cross_origin, forms, guards, unsent

log = logging.getLogger(__name__)

STATUS: tuple[tuple[type[ProviderError], int], ...] = (
    (NotFound, 404),
    (Conflict, 409),
    (Refused, 403),
    (TooMany, 429),
    (Unavailable, 503),
)
#: Paths programs call; they get JSON whatever they say they accept.
FOR_PROGRAMS = (*cross_origin.PATHS, "/jwks.json", "/.well-known/", "/health/")
RETRY_SECONDS = 2
#: What an error says of itself where whoever raised it had nothing to add.
GENERAL = frozenset({ProviderError.public, *(kind.public for kind, _status in STATUS)})


def is_for_programs() -> bool:
    """Tell whether this request was made by a program."""
    return request.path.startswith(FOR_PROGRAMS)


def _is_read_by_scripts() -> bool:
    """Tell whether a page elsewhere may be waiting for the answer (protocol.md 12)."""
    return request.path.startswith(cross_origin.PATHS)


def _in_general(words: str) -> str:
    """Return words for programs; to people the heading says the same, in their language."""
    return words if is_for_programs() else ""


def _answer(
    status: int,
    *,
    problem: str = "",
    detail: str = "",
    headers: dict[str, str] | None = None,
    account: dict[str, str] | None = None,
    switch_url: str = "",
) -> ResponseReturnValue:
    reference = getattr(g, "reference", "") or new_reference()
    if is_for_programs():
        error = "temporarily_unavailable" if status == 503 else "invalid_request"
        error = "server_error" if status == 500 else error
        body = jsonify(error=error, error_description=f"{problem} Reference {reference}.")
        response = make_response(body, status, headers or {})
        return cross_origin.allow(response) if _is_read_by_scripts() else response
    page = render_template(
        "errors/error.html",
        status=status,
        problem=problem,
        detail=detail,
        reference=reference,
        account=_account() if status == 403 else account,
        switch_url=switch_url,
    )
    return page, status, headers or {}


def _account() -> dict[str, str] | None:
    somebody = guards.person()
    return {"name": somebody.shown_name, "email": somebody.email} if somebody else None


def http_error(error: HTTPException) -> ResponseReturnValue:
    """Answer what Flask itself refuses, keeping headers such as Allow."""
    kept = {name: value for name, value in error.get_headers() if name in {"Allow", "Retry-After"}}
    return _answer(error.code or 500, problem=_in_general(f"{error.name}."), headers=kept)


def stale_form(_error: CSRFError) -> ResponseReturnValue:
    """Answer a form whose page was opened before the last sign-in, or somewhere else.

    It does nothing. A page of ours is shown again, filled in, to whom it was shown before: nobody
    else in this browser sees what was typed (ux.md 1.5, 2.13).
    """
    browser = guards.browser()
    owner = unsent.owner(browser)
    page = unsent.page_again(owner, browser) if owner is not None else ""
    if not page:
        return _answer(
            400,
            problem=_("This page was open too long."),
            detail=_("Go back, reload the page and try again. Nothing was changed."),
        )
    commit()
    somebody = guards.person()
    if somebody is None:
        return redirect(url_for("login.sign_in", next=page), 303)
    if somebody.user_id == owner:
        return redirect(page, 303)
    return _answer(
        400,
        problem=_("This page belongs to another account."),
        detail=_("Nothing was changed. Switch to that account to go on with it."),
        account=_account(),
        switch_url=url_for("login.select_account", next=page),
    )


def business_error(error: ProviderError) -> ResponseReturnValue:
    """Answer a rule that said no."""
    rollback()
    status = next((code for kind, code in STATUS if isinstance(error, kind)), 400)
    headers: dict[str, str] = {}
    if isinstance(error, TooMany):
        headers |= forms.retry_after(error.retry_after)
    if status == 503:
        headers["Retry-After"] = str(RETRY_SECONDS)
    problem = _in_general(error.public) if error.public in GENERAL else error.public
    return _answer(status, problem=problem, headers=headers)


def busy(_error: TooManyHashes) -> ResponseReturnValue:
    """Answer when too many passwords are being checked at once."""
    return business_error(Unavailable())


def last_resort(error: Exception) -> ResponseReturnValue:
    """Answer what nobody foresaw; a database that is away or overworked is 503, not 500."""
    rollback()
    if is_busy(error):
        log.warning("database unavailable", extra={"kind": type(error).__name__})
        return business_error(Unavailable())
    g.reference = new_reference()
    log.error("unforeseen error, reference %s", g.reference, exc_info=error)
    return _answer(500, problem=_in_general("Something broke on our side."))


def init_app(app: Flask) -> None:
    """Answer every error with a page or with JSON."""
    app.register_error_handler(CSRFError, stale_form)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(ProviderError, business_error)
    app.register_error_handler(TooManyHashes, busy)
    app.register_error_handler(Exception, last_resort)
