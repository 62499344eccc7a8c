"""The end of a session in this browser, and the page that tells what is over and what is not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from flask import Response, make_response, redirect, render_template, url_for

from app.database import commit
from app.models import Client
from app.security import secrets, uris
from app.services.authorization import logouts
from app.services.authorization.logouts import LeftClient
from app.services.authorization.signed_in import SignedIn
from app.services.clients import clients
from app.settings import settings
from app.web import guards
from app.web.headers import POLICY

#: A page in the back-forward cache would still show the account. Not cookies: this site's other
#: ones, such as the language, are not about who is signed in.
FORGET = '"cache", "storage"'


def end(
    people: Sequence[SignedIn], *, client: Client | None = None, return_url: str | None = None
) -> Response:
    """End sessions, then go back to the application that asked, or say what is over."""
    client_id = client.client_id if client else None
    proved = [_proved(person.sid) for person in people]
    after = return_url or url_for("login.signed_out", client_id=client_id, of=proved)
    frames: list[str] = []
    for person in people:
        frames += logouts.frames(person.session_id, person.sid)
        guards.sign_out(person)
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


def page(proved_sids: Iterable[str], client_id: str) -> Response:
    """Return the page that says nobody is signed in with this browser.

    `proved_sids` are what `end` has put into the address: applications know the `sid`, and must
    not learn from it which others were used.
    """
    client = clients.find(client_id)
    found = {one.client_id: one for proved in proved_sids for one in _left(proved)}
    named = _named(
        [one for one in found.values() if one.client_id != client_id or one.state == "told"]
    )
    shown = {"name": client.name} if client else None
    others = [account for account in guards.accounts() if account.session is not None]
    text = render_template("login/signed_out.html", client=shown, has_others=bool(others), **named)
    return _forgetting(make_response(text))


def _left(proved_sid: str) -> list[LeftClient]:
    sid = proved_sid.partition(".")[0]
    session_id = logouts.ended(sid) if secrets.same(_proved(sid), proved_sid) else None
    return logouts.left(session_id) if session_id is not None else []


def _named(left: list[LeftClient]) -> dict[str, list[str]]:
    """Return the names of applications by what is known of them."""
    open_states = {"open", "unreached"}
    return {
        "told": [one.name for one in left if one.state == "told"],
        "telling": [one.name for one in left if one.state == "telling"],
        "asked": [one.name for one in left if one.state == "asked"],
        "still_open": [one.name for one in left if one.state in open_states],
    }


def _proved(sid: str) -> str:
    return f"{sid}.{secrets.keyed_digest(settings.secret_keys[0], f'signed out {sid}')}"
