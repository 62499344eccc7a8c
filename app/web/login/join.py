"""Who comes from another provider and has no account with it makes one, or signs in first."""

from __future__ import annotations

from functools import partial

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from wtforms import Field, HiddenField, StringField
from wtforms.validators import DataRequired

from app.database import commit, rollback
from app.errors import TooMany
from app.jobs import email as email_job
from app.models import PendingIdentity, UpstreamProvider
from app.services.people import (
    accounts,
    pending_identities,
    person_names,
    sign_ups,
    upstream_identities,
    upstream_rules,
)
from app.services.people.accounts import AddressTaken
from app.services.people.pending_identities import PendingGone
from app.services.people.person_names import NewPerson, PersonName
from app.services.people.upstream_identities import IdentityTaken
from app.services.people.upstream_rules import Verdict
from app.web import forms, guards
from app.web.access import ANYONE, needs
from app.web.forms import too_many_tries
from app.web.login import confirm_email, entering
from app.web.login import waiting as pages
from app.web.login.new_account import NewAccountForm
from app.web.login.upstream import AMR
from app.web.login.waiting import Waiting, blueprint


class JoinForm(NewAccountForm):
    """What was told and may be put right; `which` names the identity that the page showed."""

    which = HiddenField()
    email = StringField(
        validators=[DataRequired(lazy_gettext("Enter your email address."))],
        filters=[lambda typed: typed and typed.replace("\0", "")],  # PostgreSQL keeps no NUL
    )

    def validate_email(self, field: Field) -> None:
        """Refuse what cannot be an account's address."""
        with forms.obeying_rules():
            accounts.check_address(field.data)


@blueprint.route("/join", methods=["GET", "POST"])
@needs(ANYONE)
def join() -> ResponseReturnValue:
    """Show what was told, and make an account of it once its owner wants one."""
    waiting = pages.load()
    found = pending_identities.find(guards.browser())
    if found is None or found[0].session_id is not None:
        return _start_again(waiting)
    row, provider = found
    verdict = _verdict(row, provider)
    form = JoinForm() if request.method == "POST" else _empty(row)
    if request.method != "POST" or verdict is Verdict.SIGN_IN_FIRST:
        return _page(form, row, provider, waiting, verdict)
    try:
        if verdict is Verdict.SIGN_UP:
            return _make(form, row, provider, waiting)
        if verdict is Verdict.SIGN_UP_BY_MAIL:
            return _ask_for_code(form, row, provider, waiting)
    except (PendingGone, IdentityTaken):
        rollback()
    except AddressTaken:
        rollback()
        return redirect(_address("login.join", waiting), 303)
    return _start_again(waiting)


@pages.redraws("login.join")
def _again(waiting: Waiting | None) -> ResponseReturnValue:
    found = pending_identities.find(guards.browser())
    if found is None or found[0].session_id is not None:
        return _start_again(waiting)
    return _page(JoinForm(), *found, waiting, _verdict(*found), status=400)


def _verdict(row: PendingIdentity, provider: UpstreamProvider) -> Verdict:
    told = pending_identities.told(row)
    return upstream_rules.decide(upstream_identities.facts(provider, told, asking=None))


def _make(
    form: JoinForm, row: PendingIdentity, provider: UpstreamProvider, waiting: Waiting | None
) -> ResponseReturnValue:
    """Make the account with the address that the provider's word proves, never a typed one."""
    if not form.has_good_answers():
        return _page(form, row, provider, waiting, Verdict.SIGN_UP, status=422)
    told = pending_identities.told(row)
    pending_identities.spend(form.which.data or "", browser=guards.browser())
    has_parts = person_names.parts_are_required()
    called = form.called if has_parts else PersonName.of(told.name)
    person = NewPerson(called, form.agreed_version)
    user = upstream_identities.sign_up(provider, told, person=person)
    upstream_identities.used(provider.id, told)
    return entering.enter(user, waiting, amr=AMR, target=request.args.get("next", ""))


def _ask_for_code(
    form: JoinForm, row: PendingIdentity, provider: UpstreamProvider, waiting: Waiting | None
) -> ResponseReturnValue:
    """Mail a code to the address, known or not: only its owner can go on (security.md RV08)."""
    if not form.validate():
        return _page(form, row, provider, waiting, Verdict.SIGN_UP_BY_MAIL, status=422)
    try:
        sign_ups.count_mail(form.email.data, guards.address())
    except TooMany as many:
        rollback()
        form.form_errors.append(too_many_tries(many.retry_after))
        page = _page(form, row, provider, waiting, Verdict.SIGN_UP_BY_MAIL, status=429)
        return (*page, forms.retry_after(many.retry_after))
    told = pending_identities.told(row)
    pending_identities.spend(form.which.data or "", browser=guards.browser())
    identity = upstream_identities.for_sign_up(provider.id, told)
    sign_ups.begin(
        guards.browser(),
        form.email.data,
        person=form.person,
        password_hash="",
        link=partial(confirm_email.address_of, waiting),
        identity=identity,
    )
    commit()
    email_job.deliver_at_once()
    return redirect(_address("login.check_email", waiting), 303)


def _start_again(waiting: Waiting | None) -> ResponseReturnValue:
    commit()
    return redirect(_address("login.sign_in", waiting, over="yes"), 303)


def _address(page: str, waiting: Waiting | None, over: str | None = None) -> str:
    handle = waiting.handle if waiting else None
    return url_for(page, interaction=handle, next=request.args.get("next"), over=over)


def _empty(row: PendingIdentity) -> JoinForm:
    values = {"which": row.id, "email": row.email or "", "name": row.name or ""}
    return JoinForm(formdata=None, data=values)


def _page(
    form: JoinForm,
    row: PendingIdentity,
    provider: UpstreamProvider,
    waiting: Waiting | None,
    verdict: Verdict,
    *,
    status: int = 200,
) -> tuple[str, int]:
    handle = waiting.handle if waiting else None
    link_url = url_for("login.link", interaction=handle, next=request.args.get("next"))
    page = render_template(
        "login/join.html",
        form=form,
        verdict=verdict.value,
        provider=provider.name,
        email=row.email,
        name=row.name,
        client={"name": waiting.client.name} if waiting else None,
        sign_in_url=url_for("login.sign_in", interaction=handle, next=link_url),
    )
    return page, status
