"""A browser knocks: the authorization endpoint, and the way back to it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.clock import now
from app.database import commit
from app.models import Interaction
from app.oidc import allowed, authorization_request, device_request, named_person, used
from app.oidc import interaction as steps
from app.oidc.extensions.response_mode import Answer
from app.oidc.interaction import Step
from app.oidc.provider import provider
from app.oidc.reasons import Refusal
from app.oidc.request import HINTED, ProtocolRequest, from_browser, from_parked
from app.services.authorization import interactions, sessions
from app.services.authorization.attempts import Trace
from app.services.authorization.interactions import AlreadyFinished
from app.services.authorization.signed_in import SignedIn
from app.services.clients import address_uses, uses
from app.services.upkeep import throttles
from app.settings import settings
from app.web import guards
from app.web.access import ANYONE, needs
from app.web.csrf import csrf
from app.web.endpoints import check_session, device_answers, refusals
from app.web.gone import GONE, cannot_go_on

blueprint = Blueprint("browser", __name__)
#: What of a request is kept while it waits; anything else is ignored (OIDC Core §3.1.2.1).
KEPT = (
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "max_age",
    "login_hint",
    "acr_values",
    "claims",
    "ui_locales",
    "display",
)


@blueprint.route("/authorize", methods=["GET", "POST"])
@csrf.exempt
@needs(ANYONE)
def authorize() -> ResponseReturnValue:
    """Answer an authorization request, or show the person what they have to do first."""
    trace = Trace("authorize")
    g.reference = trace.reference
    try:
        asked = from_browser(trace)
    except Refusal as refusal:
        return refusals.page(refusal, trace)
    asked.browser_state = check_session.state_to_tell()
    try:
        grant = provider.get_consent_grant(asked)
    except Refusal as refusal:
        return _refused(asked, refusal)
    if request.method == "POST":
        # Another site's form carries no Lax cookie: park it, and meet the browser on the way back.
        return _follow(_park(asked, browser=None), asked, Step("resume", "came_by_post"))
    return _decide(asked, grant, None)


@blueprint.get("/authorize/resume/<handle>")
@needs(ANYONE)
def resume(handle: str) -> ResponseReturnValue:
    """Go on with a request that waited for its person."""
    try:
        waiting = interactions.find(handle, browser=guards.browser())
    except GONE as gone:
        return cannot_go_on(gone)
    g.reference = waiting.reference
    if waiting.device_digest is not None:
        return _resume_for_device(waiting, handle)
    trace = Trace("authorize", reference=waiting.reference)
    asked = from_parked(waiting.parameters, "/authorize", trace)
    asked.browser_state = check_session.state_to_tell()
    try:
        grant = provider.get_consent_grant(asked)
    except Refusal as refusal:
        return _refused(asked, refusal)
    return _decide(asked, grant, waiting, handle)


def _resume_for_device(waiting: Interaction, handle: str) -> ResponseReturnValue:
    """Go on with what a device asks for; its person types the code, so that no client can tell."""
    trace = Trace("device", reference=waiting.reference)
    try:
        asked = device_request.rebuilt(waiting, trace)
    except Refusal as refusal:
        return device_answers.refused(waiting, handle, trace, refusal)
    return _decide(asked, None, waiting, handle)


def _decide(
    asked: ProtocolRequest, grant: Any, waiting: Interaction | None, handle: str = ""
) -> ResponseReturnValue:
    """Answer, or show the next page; of two tabs at once, one is told it is done (ux.md 2.8)."""
    try:
        return _go_on(asked, grant, waiting, handle)
    except AlreadyFinished as gone:
        return cannot_go_on(gone)


def _go_on(
    asked: ProtocolRequest, grant: Any, waiting: Interaction | None, handle: str
) -> ResponseReturnValue:
    """Answer when nothing is left to ask the person, show the next page otherwise."""
    current = _current(asked)
    try:
        person = _meant(asked, current, waiting) or current
        _note_session(asked, person)
        step = steps.next_step(asked, person, waiting)
        if step is not None or person is None:
            if person is not current:  # who goes on is chosen, never guessed
                step = Step("select_account", "another_user")
            return _follow(_keep(asked, current, waiting, handle), asked, step)
        asked.released = allowed.released_claims(asked, person, waiting)
        asked.scope = allowed.granted_scope(asked, person, waiting)
        asked.trace.passed("consent", asked.scope)
        _finish(waiting)
    except Refusal as refusal:
        _finish(waiting)
        if asked.device is not None and waiting is not None:
            return device_answers.refused(waiting, handle, asked.trace, refusal)
        return _refused(asked, refusal)
    named = authorization_request.as_asked(asked, person)
    if asked.device is not None:
        return device_answers.connected(asked, named, handle)
    answer = provider.create_authorization_response(asked, grant_user=named, grant=grant)
    asked.trace.write("ok")
    address_uses.note(asked.client, asked.payload.get("redirect_uri"))
    uses.note(asked.client, used.by_browser(asked))
    commit()
    return _deliver(answer, asked)


def _note_session(asked: ProtocolRequest, person: SignedIn | None) -> None:
    """Let the trace tell who has signed in, how and when: the sign-in page's own success."""
    if person is None:
        return
    asked.trace.user_id = person.user_id
    proved = f"{' '.join(person.amr)}, since {person.auth_time:%Y-%m-%d %H:%M:%S} UTC"
    asked.trace.passed("session", f"{proved}, acr {person.acr}")


def _keep(
    asked: ProtocolRequest, person: SignedIn | None, waiting: Interaction | None, handle: str
) -> str:
    """Let the request wait for who is there now: another tab may sign somebody else in."""
    session_id = person.session_id if person else None
    if waiting is None:
        return _park(asked, browser=guards.browser(), session_id=session_id)
    if session_id is not None:
        interactions.show(waiting, session_id)
    return handle


def _current(asked: ProtocolRequest) -> SignedIn | None:
    token = guards.session_token()
    return sessions.find_for_client(token, asked.client.id) if token else None


def _meant(
    asked: ProtocolRequest, current: SignedIn | None, waiting: Interaction | None
) -> SignedIn | None:
    """Return the other account of this browser that the client names, None when there is none.

    Nobody is switched: the account is used for this answer alone, and only when no page is needed.
    """
    if waiting is not None and waiting.account_chosen:
        return None
    if not named_person.is_somebody_else(asked, current):
        return None
    held = guards.accounts(asked.client.id)
    named = named_person.among(asked, [account.session for account in held if account.session])
    if named is not None:
        sessions.seen(named)
    return named


def _park(asked: ProtocolRequest, *, browser: str | None, session_id: int | None = None) -> str:
    kept = {name: asked.payload.data[name] for name in KEPT if name in asked.payload.data}
    if asked.hinted is not None:
        kept[HINTED] = asked.hinted
    if not settings.is_local:  # one's own machine is nobody's to fill
        throttles.reserve((throttles.parked(guards.address(), now()),))
    return interactions.park(
        kept,
        client_pk=asked.client.id,
        reference=asked.trace.reference,
        browser=browser,
        session_id=session_id,
    )


def _finish(waiting: Interaction | None) -> None:
    """Use the request up; one that was answered does not count against its network."""
    if waiting is not None:
        interactions.finish(waiting)
        if not settings.is_local:
            throttles.give_back(throttles.parked(guards.address(), waiting.created_at))


def _follow(handle: str, asked: ProtocolRequest, step: Step | None) -> ResponseReturnValue:
    """Send the browser to the page of a step; 303, so that nothing is posted again."""
    if step is not None:
        asked.trace.reason = step.reason
    asked.trace.write("waiting")
    commit()
    if step is None or step.page == "resume":
        return redirect(url_for("browser.resume", handle=handle), 303)
    return redirect(url_for(f"login.{step.page}", interaction=handle), 303)


def _refused(asked: ProtocolRequest, refusal: Refusal) -> ResponseReturnValue:
    """Tell the client, when its address is known to be its own; whoever asked, otherwise."""
    answer = provider.handle_error_response(asked, refusal)
    if not isinstance(answer, Answer):
        return refusals.page(refusal, asked.trace, shown=_shown(asked), noted=True)
    asked.trace.write("refused")
    commit()
    return _deliver(answer, asked)


def _shown(asked: ProtocolRequest) -> dict[str, str]:
    """Return what of a request an error page may show."""
    return {name: value for name, value in asked.payload.data.items() if name in KEPT}


def _deliver(answer: Answer, asked: ProtocolRequest) -> ResponseReturnValue:
    """Send an authorization response through the browser (RFC 9700 §4.12: 303, never 307)."""
    if not answer.is_form:
        return redirect(answer.location, 303)
    return render_template(
        "login/form_post.html",
        action=answer.redirect_uri,
        fields=list(answer.parameters.items()),
        client={"name": asked.client.name},
    )
