"""Sign in with another provider: sent away by a press, let in by what comes back."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.database import commit
from app.models import UpstreamProvider, User
from app.oidc.upstream import client
from app.oidc.upstream.refusal import Declined, UpstreamRefusal
from app.services.authorization.attempts import Trace
from app.services.people import (
    identifier_first,
    pending_identities,
    upstream_identities,
    upstream_rules,
    upstream_sign_ins,
    upstreams,
)
from app.services.people.pending_identities import Told
from app.services.people.upstream_rules import Verdict
from app.services.people.upstream_sign_ins import Started, StateUnknown
from app.services.upkeep import audit
from app.services.upkeep.audit import Event
from app.web import guards, upstream_door
from app.web.access import ANYONE, needs
from app.web.login import entering, sign_in_page
from app.web.login import waiting as pages
from app.web.login.waiting import Waiting, blueprint

#: A first step: the second one is ours to ask for (security.md MF01).
AMR = ("fed",)
LONGEST_STATE = 100


@blueprint.post("/upstream/<slug>", endpoint="upstream")
@needs(ANYONE)
def start(slug: str) -> ResponseReturnValue:
    """Send the person to the provider."""
    waiting = pages.load()
    provider = upstreams.find_enabled(slug)
    handle = waiting.handle if waiting else ""
    target = pages.path_of_ours(request.args.get("next", "")) or ""
    carried = upstream_sign_ins.new_carried(
        handle=handle,
        target=target,
        again=_is_asked_anew(waiting),
        keeps=sign_in_page.keeps(waiting),
    )
    back_url = url_for("login.sign_in", interaction=handle or None, next=target or None)
    return upstream_door.send_away(
        provider, carried, _trace(waiting), back_url=back_url, login_hint=_login_hint(slug)
    )


def _login_hint(slug: str) -> str:
    """Return the address to tell the provider: one of its own domains, and nobody else's."""
    typed = request.form.get("login_hint", "")
    if len(typed) > sign_in_page.LONGEST_ADDRESS or not typed.isprintable():
        return ""
    mapped = identifier_first.provider_of(typed)
    return typed if mapped is not None and mapped.slug == slug else ""


def _is_asked_anew(waiting: Waiting | None) -> bool:
    """Tell whether an old sign-in there is not enough: the app, or a page of ours, says so."""
    if pages.is_confirming(waiting):
        return True
    return waiting is not None and bool(
        "login" in waiting.parameter("prompt").split() or waiting.parameter("max_age")
    )


@blueprint.get("/upstream/<slug>/callback")
@needs(ANYONE)
def upstream_callback(slug: str) -> ResponseReturnValue:
    """Take the person back: the state is used up first, then everything is checked."""
    provider = upstreams.find_enabled(slug)
    trace = _trace(None)
    try:
        answer = _answer()
        started = _take(answer, provider)
    except UpstreamRefusal as refusal:
        back_url = url_for("login.sign_in")
        return upstream_door.refused(refusal, provider.name, trace, back_url=back_url)
    upstream_door.came_back(started)
    commit()  # used up, whatever comes of it
    waiting = pages.find(started.carried.handle) if started.carried.handle else None
    trace = _trace(waiting)
    trace.passed("state")
    try:
        asking = _asking(started)
        upstream = upstreams.opened(provider)
        commit()  # the session was seen; nobody may wait for the provider
        told = client.finish(upstream, answer, started, trace)
    except UpstreamRefusal as refusal:
        back_url = _back(started)
        return upstream_door.refused(refusal, provider.name, trace, back_url=back_url)
    except Declined:
        trace.passed("declined")
        trace.write("ok")
        commit()
        return redirect(_back(started), 303)
    return _go_on(provider, told, started, waiting, trace, asking=asking)


def _trace(waiting: Waiting | None) -> Trace:
    trace = Trace("upstream")
    if waiting is not None:
        trace.reference, trace.client_id = waiting.reference, waiting.client.client_id
    return trace


def _back(started: Started) -> str:
    """Return where somebody tries again."""
    if started.session_id is not None:
        return url_for("account.upstreams")
    carried = started.carried
    return url_for("login.sign_in", interaction=carried.handle or None, next=carried.target or None)


def _answer() -> dict[str, str]:
    """Return the parameters of the answer, each of which may stand there once (RFC 6749 §3.1)."""
    several = [name for name, values in request.args.lists() if len(values) > 1]
    if several:
        raise UpstreamRefusal("upstream_answer_unusable", "answer", sent=" ".join(several))
    return request.args.to_dict()


def _take(answer: dict[str, str], provider: UpstreamProvider) -> Started:
    """Use the state up; it must be this browser's, and of the provider whose address this is.

    Raises:
        UpstreamRefusal: it is not.
    """
    state = answer.get("state", "")
    try:
        started = upstream_sign_ins.take(state[:LONGEST_STATE], browser=guards.browser())
    except StateUnknown:
        raise UpstreamRefusal("upstream_state_unknown", "state") from None
    if started.provider_id != provider.id:  # mix-up: RFC 9700 §4.4
        raise UpstreamRefusal("upstream_mixed_up", "redirect_uri", sent=provider.slug)
    return started


def _asking(started: Started) -> int | None:
    """Return the user whose session wants to link, None when somebody wants to sign in.

    Raises:
        UpstreamRefusal: the session has ended, or it is another one by now.
    """
    if started.session_id is None:
        return None
    person = guards.person()
    if person is None or person.session_id != started.session_id:
        raise UpstreamRefusal("upstream_session_differs", "session")
    return person.user_id


def _go_on(
    provider: UpstreamProvider,
    told: Told,
    started: Started,
    waiting: Waiting | None,
    trace: Trace,
    *,
    asking: int | None,
) -> ResponseReturnValue:
    """Do what the rules say; an identity that is nobody's waits for its person's answer."""
    facts = upstream_identities.facts(provider, told, asking=asking)
    verdict = upstream_rules.decide(facts)
    trace.user_id = facts.owner or asking
    owner = upstream_identities.owner(provider.id, told)
    if owner is not None and verdict is Verdict.SIGN_IN:
        return _sign_in(owner, provider, told, started, waiting, trace)
    if owner is not None and verdict is Verdict.TURNED_OFF:
        return _turned_off(owner, provider, started, trace)
    trace.passed("account", verdict.value)
    trace.write("ok")
    pending_identities.keep(
        provider.id, told, browser=guards.browser(), session_id=started.session_id
    )
    commit()
    page = "login.join" if asking is None else "login.link"
    carried = started.carried
    address = url_for(page, interaction=carried.handle or None, next=carried.target or None)
    return redirect(address, 303)


def _sign_in(
    owner: User,
    provider: UpstreamProvider,
    told: Told,
    started: Started,
    waiting: Waiting | None,
    trace: Trace,
) -> ResponseReturnValue:
    trace.passed("account", "linked")
    trace.write("ok")
    upstream_identities.used(provider.id, told)
    guards.keep(started.carried.keeps)
    return entering.enter(owner, waiting, amr=AMR, target=started.carried.target)


def _turned_off(
    owner: User, provider: UpstreamProvider, started: Started, trace: Trace
) -> ResponseReturnValue:
    audit.record(
        Event.SIGN_IN_REFUSED,
        user_id=owner.id,
        client_id=trace.client_id,
        address=guards.address(),
        reference=trace.reference,
        reason="account_turned_off",
    )
    refusal = UpstreamRefusal("account_turned_off", "account")
    return upstream_door.refused(refusal, provider.name, trace, back_url=_back(started))
