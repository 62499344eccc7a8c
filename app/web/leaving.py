"""The end of a session in this browser, and the page that tells what is over and what is not."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, make_response, redirect, render_template, url_for

from app.database import commit
from app.models import Client
from app.security import secrets, uris
from app.services import clients, logouts
from app.services.logouts import App
from app.services.sessions import SignedIn
from app.settings import settings
from app.web import guards
from app.web.headers import POLICY

#: A page in the back-forward cache would still show the account. Not cookies: this site's other
#: ones, such as the language, are not about who is signed in.
FORGET = '"cache", "storage"'


def end(
    person: SignedIn | None, *, client: Client | None = None, return_url: str | None = None
) -> Response:
    """End the session, then go back to the application that asked, or say what is over."""
    client_id = client.client_id if client else None
    after = return_url or url_for("login.signed_out", client_id=client_id)
    frames: list[str] = []
    if person is not None:
        after = return_url or url_for(
            "login.signed_out", client_id=client_id, of=_proved(person.sid)
        )
        frames = logouts.frames(person.session_id, person.sid)
        guards.sign_out()
    commit()
    answer = _by_frames(frames, after, client) if frames else make_response(redirect(after, 303))
    return _forgetting(answer)


def _forgetting(answer: Response) -> Response:
    answer.headers["Clear-Site-Data"] = FORGET
    return answer


def _by_frames(frames: list[str], after: str, client: Client | None) -> Response:
    """Load the applications' own pages before going on (Front-Channel Logout 1.0 §3)."""
    text = render_template(
        "login/leaving.html",
        frames=frames,
        after=after,
        client={"name": client.name} if client and urlsplit(after).scheme else None,
    )
    answer = make_response(text)
    origins = " ".join(sorted({uris.origin_of(frame) for frame in frames}))
    answer.headers["Content-Security-Policy"] = f"{POLICY}; frame-src {origins}"
    return answer


def page(proved_sid: str, client_id: str) -> Response:
    """Return the page that says nobody is signed in with this browser.

    `proved_sid` is what `end` has put into the address: applications know the `sid`, and must not
    learn from it which others were used.
    """
    sid = proved_sid.partition(".")[0]
    session_id = logouts.ended(sid) if secrets.same(_proved(sid), proved_sid) else None
    client = clients.find(client_id)
    found = logouts.apps(session_id) if session_id is not None else []
    named = _named([app for app in found if app.client_id != client_id or app.state == "told"])
    shown = {"name": client.name} if client else None
    text = render_template("login/signed_out.html", client=shown, **named)
    return _forgetting(make_response(text))


def _named(apps: list[App]) -> dict[str, list[str]]:
    """Return the names of applications by what is known of them."""
    open_states = {"open", "unreached"}
    return {
        "told": [app.name for app in apps if app.state == "told"],
        "telling": [app.name for app in apps if app.state == "telling"],
        "asked": [app.name for app in apps if app.state == "asked"],
        "still_open": [app.name for app in apps if app.state in open_states],
    }


def _proved(sid: str) -> str:
    return f"{sid}.{secrets.keyed_digest(settings.secret_keys[0], f'signed out {sid}')}"
