"""How one signs in, and where: the password, the sessions."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import Field, PasswordField
from wtforms.validators import InputRequired

from app.database import commit, rollback
from app.errors import InvalidInput, TooMany
from app.jobs import email
from app.models import Totp, User
from app.security import passwords as hashing
from app.security.passwords import TooManyHashes
from app.services.authorization import devices, sessions
from app.services.authorization.signed_in import SignedIn
from app.services.people import (
    accounts,
    passkeys,
    passwords,
    recovery_codes,
    second_steps,
    totp,
    trusted_browsers,
    upstreams,
    users,
    ways_in,
)
from app.services.people.passwords import PasswordReplaced
from app.services.upkeep import throttles
from app.settings import settings
from app.web import agents, forms, unsent
from app.web.access import RECENT, SIGNED_IN, needs
from app.web.account import not_me
from app.web.account.desk import blueprint, somebody
from app.web.account.trusted import trusted_of
from app.web.account.upstreams import linked_of
from app.web.forms import Form, too_many_tries


class PasswordForm(Form):
    """The old password and the new one."""

    current_password = PasswordField(
        validators=[InputRequired(lazy_gettext("Enter your current password."))]
    )
    password = PasswordField(validators=[InputRequired(lazy_gettext("Choose a password."))])
    #: Words that belong to the person: a password may not be made of them.
    own_words: tuple[str, ...] = ()

    def validate_password(self, field: Field) -> None:
        """Say what to change in the new one, together with what else is wrong."""
        with forms.obeying_rules():
            passwords.check_allowed(field.data, context=self.own_words)


@blueprint.get("/security")
@needs(SIGNED_IN)
def security() -> ResponseReturnValue:
    """Show how one signs in, and where one is signed in."""
    person = somebody()
    user = users.get(person.user_id)
    page = _page(person, user, PasswordForm(formdata=None))
    commit()  # the session was seen
    return page


@blueprint.post("/security")
@needs(SIGNED_IN)
def change_password() -> ResponseReturnValue:
    """Put a new password in place of the old one."""
    person = somebody()
    user, stored = accounts.get_for_change(person.user_id)
    form = PasswordForm()
    form.own_words = (user.email, user.name or "")
    form.validate()
    status, headers = 422, {}
    if not form.current_password.errors:
        try:
            if _change_password(form, person, user, stored):
                return _done("password", request.args.get("back", ""))
        except InvalidInput as fault:
            forms.blame(form, fault)
        except TooMany as many:
            rollback()
            form.form_errors.append(too_many_tries(many.retry_after))
            status = 429
            headers = forms.retry_after(many.retry_after)
    return _page(person, user, form), status, headers


@blueprint.post("/sessions/<int:session_id>/end")
@needs(RECENT)
@unsent.belongs_to("account.security")
def end_session(session_id: int) -> ResponseReturnValue:
    """End one's session on another device; for this one there is the button above."""
    me = somebody()
    if session_id == me.session_id or not sessions.end_one(session_id, me.user_id):
        abort(404)
    trusted_browsers.forget(me.user_id, session_id=session_id)
    commit()
    return redirect(url_for("account.security", saved="session"), 303)


@blueprint.post("/sessions/end-others")
@needs(RECENT)
@unsent.belongs_to("account.security")
def end_other_sessions() -> ResponseReturnValue:
    """End every session of one's own but this one (security.md SE08)."""
    me = somebody()
    sessions.end_all(users.get(me.user_id), but=me.session_id)
    trusted_browsers.forget_others(me.user_id, session_id=me.session_id)
    commit()
    return _done("sessions", request.form.get("back", ""))


def _done(what: str, back: str) -> ResponseReturnValue:
    """Say what is done, on this page or on the walk that led here."""
    if back == not_me.BACK:
        return redirect(url_for("account.not_me"), 303)
    return redirect(url_for("account.security", saved=what), 303)


def _change_password(form: PasswordForm, person: SignedIn, user: User, stored: str | None) -> bool:
    """Check the old password as sign-in does, then put the new one in its place.

    The old one is checked also where the new one will not do: both are told at once, and a right
    one leaves the count as it was. Return whether it was changed.
    """
    is_good = not form.errors
    account = throttles.account(user.email_key)
    throttles.reserve((account,))
    commit()  # hashing takes long: nobody else may wait for this transaction
    try:
        fits = passwords.fits(stored, form.current_password.data)
        new_hash = hashing.hash_password(form.password.data) if fits and is_good else ""
    except TooManyHashes:
        throttles.give_back(account)
        commit()
        raise
    if not fits:
        raise _not_the_password()
    if not is_good:
        throttles.give_back(account)
        commit()
        return False
    try:
        passwords.change(user, new_hash, old_hash=stored or "", session_id=person.session_id)
    except PasswordReplaced:
        rollback()
        raise _not_the_password() from None
    throttles.forget(account)
    passwords.tell_owner(user, account_url=settings.issuer + url_for("account.security"))
    commit()
    email.deliver_at_once()
    return True


def _not_the_password() -> InvalidInput:
    return InvalidInput("current_password", _("That isn't your current password."))


def _page(person: SignedIn, user: User, form: PasswordForm) -> str:
    listed = _sessions(person, user)
    has_trusted = trusted_browsers.has_others(user, session_id=person.session_id)
    return render_template(
        "account/security.html",
        email=user.email,
        password_form=form,
        password_length=settings.shortest_password,
        saved=request.args.get("saved", "") if request.method == "GET" else "",
        sessions=listed,
        has_others=len(listed) > 1 or has_trusted,
        trusted=trusted_of(user) if user.has_second_step else [],
        trusted_days=trusted_browsers.DAYS,
        passkeys=passkeys.of_user(user.id),
        has_password=ways_in.has_password(user.id),
        second_step=_second_step(user),
        linked=linked_of(user.id),
        may_link=bool(upstreams.offers()),
    )


def _second_step(user: User) -> dict[str, Any]:
    app = totp.find(user.id) if user.has_second_step else None
    return {
        "app": _app(app) if app else None,
        "is_on": user.has_second_step,
        "codes_left": recovery_codes.left(user.id) if user.has_second_step else 0,
        "codes_made": recovery_codes.HOW_MANY,
        "is_demanded": second_steps.is_demanded_of(user.id, user),
    }


def _app(app: Totp) -> dict[str, Any]:
    is_locked = totp.is_locked(app)
    return {"created_at": app.created_at, "used_at": app.used_at, "is_locked": is_locked}


def _sessions(person: SignedIn, user: User) -> list[dict[str, Any]]:
    found = devices.of_user(user)
    apps = devices.apps_of(session.id for session in found)
    return [
        {
            "id": session.id,
            "browser": agents.describe(session.user_agent),
            "is_phone": agents.is_phone(session.user_agent),
            "address": session.address,
            "apps": apps.get(session.id, []),
            "began_at": session.created_at,
            "seen_at": session.seen_at,
            "is_this": session.id == person.session_id,
            "is_kept": session.is_kept,
        }
        for session in found
    ]
