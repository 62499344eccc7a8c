"""Link an identity to the account one is signed in to: both sides proved, then one press."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField

from app.database import commit, rollback
from app.jobs import email as email_job
from app.models import PendingIdentity, UpstreamProvider
from app.oidc.upstream.refusal import UpstreamRefusal
from app.services.authorization.attempts import Trace
from app.services.authorization.signed_in import SignedIn
from app.services.people import pending_identities, upstream_identities, upstream_rules, users
from app.services.people.pending_identities import PendingGone
from app.services.people.upstream_identities import IdentityTaken
from app.services.people.upstream_rules import Verdict
from app.web import guards, upstream_door
from app.web.access import RECENT, needs
from app.web.forms import Form
from app.web.login import waiting as pages
from app.web.login.waiting import Waiting, blueprint


class LinkForm(Form):
    """The press of a button; `which` names the identity that the page showed."""

    which = HiddenField()


@blueprint.route("/link", methods=["GET", "POST"])
@needs(RECENT)
def link() -> ResponseReturnValue:
    """Ask whether to link what waits in this browser; do it, or leave it."""
    waiting = pages.load()
    person = guards.person()
    found = pending_identities.find(guards.browser())
    if found is None or person is None:
        return _go_on(waiting)
    row, provider = found
    try:
        if not _is_wanted(person, row, provider):
            return _go_on(waiting)
        form = LinkForm()
        if not form.validate_on_submit():
            return _page(form, row, provider, person)
        return _answer(form, row, provider, person, waiting)
    except UpstreamRefusal as refusal:
        rollback()
        back_url = url_for("account.upstreams")
        trace = Trace("upstream", user_id=person.user_id)
        return upstream_door.refused(refusal, provider.name, trace, back_url=back_url)
    except PendingGone:
        rollback()
        return _go_on(waiting)


def _is_wanted(person: SignedIn, row: PendingIdentity, provider: UpstreamProvider) -> bool:
    """Tell whether there is something to ask this person; False when it is theirs already.

    Raises:
        UpstreamRefusal: another session asked for it, or it is somebody else's.
    """
    if row.session_id not in {None, person.session_id}:
        raise UpstreamRefusal("upstream_session_differs", "session")
    told = pending_identities.told(row)
    facts = upstream_identities.facts(provider, told, asking=person.user_id)
    verdict = upstream_rules.decide(facts)
    if verdict is Verdict.TAKEN:
        raise UpstreamRefusal("upstream_taken", "account")
    return verdict is Verdict.ASK_TO_LINK


def _answer(
    form: LinkForm,
    row: PendingIdentity,
    provider: UpstreamProvider,
    person: SignedIn,
    waiting: Waiting | None,
) -> ResponseReturnValue:
    """Use the identity up, and give it to the person unless they would rather not."""
    told = pending_identities.told(row)
    pending_identities.spend(form.which.data or "", browser=guards.browser())
    if "later" in request.form:
        return _go_on(waiting)
    try:
        user = users.get(person.user_id)
        upstream_identities.link(user, provider, told, address=guards.address())
    except IdentityTaken:
        raise UpstreamRefusal("upstream_taken", "account") from None
    commit()
    email_job.deliver_at_once()
    return _go_on(waiting, saved="linked")


def _go_on(waiting: Waiting | None, saved: str | None = None) -> ResponseReturnValue:
    """Go back to the request that waits, to where the person came from, or to the list."""
    commit()
    target = pages.path_of_ours(request.args.get("next", ""))
    if waiting is None and target is None:
        return redirect(url_for("account.upstreams", saved=saved), 303)
    return pages.go_on(waiting, target or "")


def _page(
    form: LinkForm, row: PendingIdentity, provider: UpstreamProvider, person: SignedIn
) -> str:
    if not form.is_submitted():
        form.which.data = row.id
    page = render_template(
        "login/link.html",
        form=form,
        provider=provider.name,
        email=row.email,
        name=row.name,
        account={"name": person.name or "", "email": person.email},
    )
    commit()
    return page
