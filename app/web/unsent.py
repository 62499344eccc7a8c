"""What was typed into a form that came too late: kept, and filled in again (ux.md 2.13).

The session had ended, asks for a new proof, or is another one since another tab has signed in or
out. Nothing is done by itself afterwards: the page comes back filled in, for the same person in
the same browser, and its button has to be pressed. A view says which form may be kept. Passwords
and files never are; a form that destroys something is not, either: its page comes back empty.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlencode, urlsplit

from flask import Flask, current_app, g, request, url_for
from flask_wtf.csrf import generate_csrf
from flask_wtf.form import _Auto
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from wtforms import FileField, PasswordField

from app.security import secrets
from app.security.secrets import CannotDecrypt
from app.services.authorization import unsent_forms
from app.services.authorization.unsent_forms import Unsent, Whose
from app.settings import settings
from app.web.csrf import SEAM
from app.web.forms import Form

#: Stands in the address of a page whose form was kept, or was too old and did nothing.
MARK, KEPT, OLD = "unsent", "yes", "old"
#: How a view names its form, and the page it belongs to when that is not the one above it.
FORM, PAGE = "unsent_form", "unsent_page"
#: Fields that are not kept, beside the CSRF value.
NEVER = (PasswordField, FileField)

V = TypeVar("V", bound=Callable[..., Any])


class KeptForm(Form):
    """A form that is filled in with what was kept of it, when its page is opened for that."""

    class Meta(Form.Meta):
        """Where the values come from."""

        def wrap_formdata(self, form: Form, formdata: Any) -> Any:
            """Return what was sent; or else, unless the view wants none, what was kept."""
            found = super().wrap_formdata(form, formdata)
            kept: Unsent | None = g.get("unsent")
            if found is not None or formdata is not _Auto or kept is None:
                return found
            return MultiDict(kept.fields) if kept.form == type(form).__name__ else None


#: A view with several forms says in each request which of them it takes, if any.
Chosen = Callable[[], type[KeptForm] | None]


def keeps(form: type[KeptForm] | Chosen) -> Callable[[V], V]:
    """Say which form the view takes; above the view itself, below every guard."""

    def mark(view: V) -> V:
        setattr(view, FORM, form)
        return view

    return mark


def belongs_to(endpoint: str) -> Callable[[V], V]:
    """Say which page the buttons of a view stand on, when its address does not."""

    def mark(view: V) -> V:
        setattr(view, PAGE, endpoint)
        return view

    return mark


def admit(user_id: int, browser: str) -> None:
    """Lay ready what this person had typed on the page, or use it up: the form is being sent."""
    _mark_forms(user_id, browser)
    if request.method == "POST":
        if (kind := _form()) is not None:
            unsent_forms.spend(Whose.of(user_id, browser), page_of_request(), kind.__name__)
    elif request.args.get(MARK) == KEPT:
        g.unsent = unsent_forms.find(Whose.of(user_id, browser), request.path)
        g.unsent_state = "back" if g.unsent else "gone"


def _mark_forms(user_id: int, browser: str) -> None:
    """Let the forms of this page tell whom it was shown to, also when their CSRF value is old.

    The mark is worth nothing in another browser, and to another site: nobody else has words laid
    ready in front of them (see `owner`).
    """
    key = settings.encryption_keys[0]
    mark = secrets.encrypt(key, str(user_id), context=f"form in {browser}")
    g.csrf_token = f"{generate_csrf()}{SEAM}{mark}"


def owner(browser: str) -> int | None:
    """Return to whom the page of this form was shown in this browser; None when it was not ours."""
    _, _, mark = request.form.get("csrf_token", "").partition(SEAM)
    try:
        text = secrets.decrypt(settings.encryption_keys, mark, context=f"form in {browser}")
    except (CannotDecrypt, ValueError):
        return None
    return int(text)


def put_aside(user_id: int | None, browser: str) -> str:
    """Keep what was typed, if the view says so; return the address of the page it belongs to."""
    page, kind = page_of_request(), _form()
    query = request.args.to_dict(flat=False) if page == request.path else {}
    query.pop(MARK, None)
    if user_id is not None and page and kind is not None:
        typed = Unsent(kind.__name__, _fields(kind))
        if unsent_forms.keep(Whose.of(user_id, browser), page, typed):
            query[MARK] = [KEPT]
    return f"{page}?{urlencode(query, doseq=True)}" if query else page


def page_again(user_id: int | None, browser: str) -> str:
    """Return the address of the page whose form was too old; what was typed is put aside.

    It says that nothing was done, when it does not come back filled in. Empty: there is no page.
    """
    page = put_aside(user_id, browser)
    if not page or is_waiting_at(page):
        return page
    return f"{page}{'&' if '?' in page else '?'}{MARK}={OLD}"


def _view() -> Callable[..., Any]:
    return current_app.view_functions[request.endpoint or ""]


def _form() -> type[KeptForm] | None:
    form: type[KeptForm] | Chosen | None = getattr(_view(), FORM, None)
    return form if form is None or isinstance(form, type) else form()


def _fields(kind: type[KeptForm]) -> dict[str, list[str]]:
    """Return what was sent of the fields that may be kept, and of no others."""
    names = [
        field.name
        for field in kind(formdata=None, meta={"csrf": False})
        if not isinstance(field, NEVER)
    ]
    return {name: request.form.getlist(name) for name in names if name in request.form}


def is_waiting_at(target: str) -> bool:
    """Tell whether the page that somebody comes back to says that a form waits there."""
    return KEPT in parse_qs(urlsplit(target).query).get(MARK, ())


def page_of_request() -> str:
    """Return the path of the page that the form of this request stands on; empty: none is known.

    Mostly that is the address itself, or the nearest one above it that can be opened.
    """
    if endpoint := getattr(_view(), PAGE, None):
        return url_for(endpoint, **(request.view_args or {}))
    urls, path = current_app.url_map.bind(""), request.path
    while path:
        try:
            urls.match(path, method="GET")
        except HTTPException:
            path = path.rpartition("/")[0]
        else:
            return path
    return ""


def init_app(app: Flask) -> None:
    """Tell every template what became of a form: "back", "gone", "old", or nothing at all."""
    app.context_processor(lambda: {"unsent": _state() if request else ""})


def _state() -> str:
    was = OLD if request.args.get(MARK) == OLD else ""
    return str(g.get("unsent_state", was))
