"""To another provider and, when something stops it, the page that says so; every wing may ask."""

from __future__ import annotations

from flask import redirect, render_template
from flask.typing import ResponseReturnValue

from app.clock import now
from app.database import commit, rollback
from app.models import UpstreamProvider
from app.oidc.upstream import client, discovery
from app.oidc.upstream.refusal import UpstreamRefusal
from app.services.authorization.attempts import Trace
from app.services.people import upstream_sign_ins, upstreams
from app.services.people.upstream_sign_ins import Carried, Started
from app.services.upkeep import throttles
from app.settings import settings
from app.web import guards


def send_away(
    provider: UpstreamProvider,
    carried: Carried,
    trace: Trace,
    *,
    back_url: str,
    session_id: int | None = None,
    login_hint: str = "",
) -> ResponseReturnValue:
    """Remember who it is and send them to the provider; `session_id` is of who wants to link.

    `login_hint` is the address they have typed here, to be told there.
    """
    upstream = upstreams.opened(provider)
    browser = guards.browser()
    commit()  # discovery may have to be fetched: nobody may wait for that
    try:
        metadata = discovery.find(upstream)
        trace.passed("discovery", upstream.issuer)
        if session_id is None:
            _count()
        state = upstream_sign_ins.begin(
            upstream.id, carried, browser=browser, session_id=session_id
        )
        url = client.authorization_url(
            upstream, metadata, carried, state=state, login_hint=login_hint
        )
    except UpstreamRefusal as refusal:
        rollback()
        return refused(refusal, upstream.name, trace, back_url=back_url)
    commit()
    return redirect(url, 303)


def _count() -> None:
    """Count somebody who leaves: whoever has no session may not leave rows without end (RL).

    Raises:
        TooMany: too many of this network have left and not come back.
    """
    if not settings.is_local:  # one's own machine is nobody's to fill
        throttles.reserve((throttles.sent_away(guards.address(), now()),))


def came_back(started: Started) -> None:
    """Take note that somebody who left is back: they do not count against their network."""
    if started.session_id is None and not settings.is_local:
        throttles.give_back(throttles.sent_away(guards.address(), started.created_at))


def refused(
    refusal: UpstreamRefusal, name: str, trace: Trace, *, back_url: str
) -> ResponseReturnValue:
    """Write down what it was and show the page; never a 5xx, whatever the provider does."""
    trace.refused(refusal.check, refusal.reason.code, sent=refusal.sent, expected=refusal.expected)
    trace.write("refused")
    commit()
    page = render_template(
        "login/upstream_refused.html",
        provider=name,
        cause=refusal.reason.code,
        reference=trace.reference,
        back_url=back_url,
    )
    return page, 400
