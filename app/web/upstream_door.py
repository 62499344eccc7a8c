"""To another provider and, when something stops it, the page that says so; every wing may ask."""

from __future__ import annotations

from flask import redirect, render_template
from flask.typing import ResponseReturnValue

from app.database import commit, rollback
from app.models import UpstreamProvider
from app.oidc.upstream import client, discovery
from app.oidc.upstream.refusal import UpstreamRefusal
from app.services.authorization.attempts import Trace
from app.services.people import upstream_sign_ins, upstreams
from app.services.people.upstream_sign_ins import Carried
from app.web import guards


def send_away(
    provider: UpstreamProvider,
    carried: Carried,
    trace: Trace,
    *,
    back_url: str,
    session_id: int | None = None,
) -> ResponseReturnValue:
    """Remember who it is and send them to the provider; `session_id` is of who wants to link."""
    upstream = upstreams.opened(provider)
    browser = guards.browser()
    commit()  # discovery may have to be fetched: nobody may wait for that
    try:
        metadata = discovery.find(upstream)
        trace.passed("discovery", upstream.issuer)
        state = upstream_sign_ins.begin(
            upstream.id, carried, browser=browser, session_id=session_id
        )
        url = client.authorization_url(upstream, metadata, carried, state=state)
    except UpstreamRefusal as refusal:
        rollback()
        return refused(refusal, upstream.name, trace, back_url=back_url)
    commit()
    return redirect(url, 303)


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
