"""The end of a session in this browser, and the page that tells what is over and what is not."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template

from app.database import commit
from app.models import Client
from app.services import accounts
from app.services.sessions import SignedIn
from app.web import guards

#: A page in the back-forward cache would still show the account. Not cookies: this site's other
#: ones, such as the language, are not about who is signed in.
FORGET = '"cache", "storage"'


def end(
    person: SignedIn | None, *, client: Client | None = None, return_url: str | None = None
) -> Response:
    """End the session, then go back to the application that asked, or say what is over."""
    still_open: list[str] = []
    if person is not None:
        still_open = accounts.apps_of_session(person.session_id)
        guards.sign_out()
    commit()
    answer = (
        make_response(redirect(return_url, 303))
        if return_url
        else make_response(page(still_open, client))
    )
    answer.headers["Clear-Site-Data"] = FORGET
    return answer


def page(still_open: list[str], client: Client | None = None) -> str:
    """Return the page that says nobody is signed in with this browser."""
    return render_template(
        "login/signed_out.html",
        client={"name": client.name} if client else None,
        return_url=None,
        still_open=[name for name in still_open if client is None or name != client.name],
    )
