"""The authorization request that a login page works for, and what every login page shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Blueprint, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from app.database import commit
from app.models import Client, Interaction
from app.oidc import authorization_request, device_request
from app.oidc import interaction as steps
from app.oidc.interaction import Step
from app.oidc.reasons import Refusal
from app.oidc.request import ProtocolRequest, from_parked
from app.security.uris import origin_of
from app.services.authorization import interactions, sessions
from app.services.authorization.attempts import Trace
from app.services.authorization.interactions import InteractionGone
from app.services.authorization.signed_in import SignedIn
from app.services.clients import scopes
from app.services.people import details, terms
from app.settings import settings
from app.web import error_pages, gone, guards, unsent

blueprint = Blueprint("login", __name__, url_prefix="/login")
#: The answer that no page may turn into a sign-in.
CANCEL = "cancel"
#: Why a request that waited cannot go on.
TOO_LATE: tuple[type[Exception], ...] = (Refusal, *gone.GONE)
#: The application wants an account made, and nobody may make one here.
SIGN_UP_CLOSED = "sign_up_closed"
Drawn = Callable[["Waiting | None"], ResponseReturnValue]
#: Pages before the sign-in that come back with what was typed, by their address.
_REDRAWN: dict[str, Drawn] = {}
#: Why a person who is signed in has to prove once more who they are.
FRESH_SIGN_IN = frozenset({"login_demanded", "session_too_old", "set_up_demanded"})


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request that waits for its person; `step` is the page it needs, None when it is done."""

    handle: str
    interaction: Interaction
    asked: ProtocolRequest
    person: SignedIn | None
    step: Step | None

    @property
    def client(self) -> Client:
        """Return the application that asks."""
        client: Client = self.asked.client
        return client

    @property
    def reference(self) -> str:
        """Return the reference of the attempt."""
        return self.interaction.reference

    @property
    def scopes(self) -> tuple[str, ...]:
        """Return what the person is asked for, as far as the client may have it."""
        return scopes.split(self.asked.permissions)

    @property
    def reason(self) -> str:
        """Return why the next page is needed, empty when none is."""
        return self.step.reason if self.step else ""

    @property
    def must_prove(self) -> bool:
        """Tell whether going on as who is signed in would not do."""
        return self.needs("sign_in") and self.reason != SIGN_UP_CLOSED

    def parameter(self, name: str) -> str:
        """Return a parameter of the request, empty when it was left out."""
        return self.asked.payload.get(name)

    def needs(self, page: str) -> bool:
        """Tell whether this page is the next one."""
        return self.step is not None and self.step.page == page


def load() -> Waiting | None:
    """Return the request that waits under `?interaction=`, None when there is none.

    Raises:
        InteractionGone, AnotherBrowser, AlreadyFinished: it cannot be answered here.
        Refusal: its client is to be told something: `resume` knows what.
    """
    handle = request.args.get("interaction", "")
    return find(handle) if handle else None


def find(handle: str) -> Waiting:
    """Return the request that waits under a handle, see `load`."""
    g.handle = handle
    interaction = interactions.find(handle, browser=guards.browser())
    g.reference = interaction.reference
    g.ui_locales = interaction.parameters.get("ui_locales", "")
    trace = Trace("sign_in", reference=interaction.reference)
    asked = _rebuilt(interaction, trace)
    token = guards.session_token()
    person = sessions.find_for_client(token, asked.client.id) if token else None
    return Waiting(handle, interaction, asked, person, steps.next_step(asked, person, interaction))


def _rebuilt(interaction: Interaction, trace: Trace) -> ProtocolRequest:
    if interaction.device_digest is not None:
        return device_request.rebuilt(interaction, trace)
    asked = from_parked(interaction.parameters, "/authorize", trace)
    authorization_request.client_and_redirect_uri(asked)
    authorization_request.check(asked)
    return asked


def load_if_alive() -> Waiting | None:
    """Return the request that waits, None also when it cannot go on.

    It may be over, or the link with its handle was opened in another browser: what the link
    does is good all the same.
    """
    try:
        return load()
    except TOO_LATE:
        return None


def must_load() -> Waiting:
    """Return the request that waits; without one the page has no meaning.

    Raises:
        InteractionGone: no request is named.
    """
    waiting = load()
    if waiting is None:
        raise InteractionGone
    return waiting


def go_on(waiting: Waiting | None, target: str = "") -> ResponseReturnValue:
    """Go back to the request, or to a page of ours; 303, so that nothing is posted again."""
    return redirect(next_address(waiting, target), 303)


def next_address(waiting: Waiting | None, target: str = "") -> str:
    """Return where it goes on: the request that waits, or a page of ours.

    Whoever signed in to link something is asked about that first: the page leads on from there.
    """
    ours = path_of_ours(target)
    if waiting is not None and not (ours and urlsplit(ours).path == url_for("login.link")):
        return url_for("browser.resume", handle=waiting.handle)
    onward = ours or url_for("account.home")
    page = _owed_page(guards.person()) if waiting is None else None
    if page is None or urlsplit(onward).path == url_for(page):
        return onward
    return url_for(page, next=onward)


def _owed_page(person: SignedIn | None) -> str | None:
    """Return the page to see first by who comes without an application; None: there is none.

    Those whom an application has sent are shown it by the table of checks (oidc.interaction).
    """
    if person is not None and terms.are_owed_by(person):
        return "login.terms"
    if person is not None and details.are_owed_by(person):
        return "login.details"
    return None


def is_confirming(waiting: Waiting | None) -> bool:
    """Tell whether somebody who is signed in is asked again."""
    if waiting is not None:
        return waiting.reason in FRESH_SIGN_IN
    return "again" in request.args and guards.person() is not None


def path_of_ours(target: str) -> str | None:
    r"""Return the target if it is a path of ours that can be opened, None otherwise.

    `startswith('/')` is not enough: `//evil` and `/\evil` leave the site (CVE-2024-39694).
    """
    if not target.startswith("/") or target.startswith("//") or not target.isprintable():
        return None
    if "\\" in target or " " in target:
        return None
    path = urlsplit(target).path
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return None
    return target


for _gone in gone.GONE:
    blueprint.register_error_handler(_gone, gone.cannot_go_on)


@blueprint.errorhandler(Refusal)
def refused(_refusal: Refusal) -> ResponseReturnValue:
    """Let the authorization endpoint tell the client, or the person, what is wrong."""
    return redirect(url_for("browser.resume", handle=g.handle), 303)


def redraws(endpoint: str) -> Callable[[Drawn], Drawn]:
    """Say how a page before the sign-in is shown again with what was typed, but for passwords."""

    def keep(draw: Drawn) -> Drawn:
        _REDRAWN[endpoint] = draw
        return draw

    return keep


@blueprint.errorhandler(CSRFError)
def stale_form(error: CSRFError) -> ResponseReturnValue:
    """Answer a form that belongs to another session than the one the browser has now.

    Another tab has signed in or out meanwhile: nothing is done, the page is shown again for
    whoever is signed in now. That also keeps one person's answer from counting for another.
    """
    if not guards.cookie_session().browser:
        return gone.page("no_cookies", 400)
    handle = request.args.get("interaction", "")
    if handle and request.form.get("answer") == CANCEL:
        return _cancel(handle)
    if guards.person() is None and not is_from_us():
        return error_pages.stale_form(error)
    waiting = load_if_alive()
    draw = _REDRAWN.get(request.endpoint or "")
    if draw is not None and is_from_us() and bool(handle) == (waiting is not None):
        g.unsent_state = unsent.OLD
        return draw(waiting)
    page = unsent.page_again(unsent.owner(guards.browser()), guards.browser())
    commit()
    target = request.args.get("next")
    first = url_for("login.sign_in", interaction=handle or None, next=target)
    return redirect(page or first, 303)


def is_from_us() -> bool:
    """Tell whether a page of ours sent this form: no other site fills in our pages."""
    is_ours = request.headers.get("Origin") == origin_of(settings.issuer)
    return is_ours and bool(request.form.get("csrf_token"))


def _cancel(handle: str) -> ResponseReturnValue:
    """Cancel whoever is signed in by now: it takes nothing from anybody, a sign-in might."""
    try:
        interactions.deny(interactions.find(handle, browser=guards.browser()))
    except gone.GONE as cause:
        return gone.cannot_go_on(cause)
    commit()
    return redirect(url_for("browser.resume", handle=handle), 303)
