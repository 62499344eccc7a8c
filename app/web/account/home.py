"""The account page: name, password, applications, sessions."""

from __future__ import annotations

from math import ceil
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.exceptions import Forbidden
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from app.database import commit, rollback
from app.errors import InvalidInput, TooMany
from app.jobs import email
from app.models import User
from app.security import passwords as hashing
from app.security import uris
from app.security.passwords import TooManyHashes
from app.services import accounts, consents, passwords, scopes, sessions, throttles
from app.services.sessions import SignedIn
from app.settings import settings
from app.web import agents, forms, guards, logos
from app.web.forms import too_many_tries

blueprint = Blueprint("account", __name__, url_prefix="/account")


class NameForm(FlaskForm):
    """The name that applications are shown."""

    name = StringField(
        validators=[Length(max=200, message=lazy_gettext("Use 200 characters or fewer."))]
    )


class PasswordForm(FlaskForm):
    """The old password and the new one."""

    current_password = PasswordField(
        validators=[InputRequired(lazy_gettext("Enter your current password."))]
    )
    password = PasswordField(validators=[InputRequired(lazy_gettext("Choose a password."))])


@blueprint.route("/", methods=["GET", "POST"])
@guards.signed_in_only
def home() -> ResponseReturnValue:
    """Show the account, and save what was changed."""
    person = somebody()
    user, stored = accounts.get_for_change(person.user_id)
    save = request.form.get("save", "")
    if request.method == "POST" and save in SAVING:
        return SAVING[save](person, user, stored)
    page = _page(person, user, NameForm(formdata=None, data={"name": user.name}), _empty())
    commit()  # the session was seen
    return page


def _save_name(person: SignedIn, user: User, _stored: str | None) -> ResponseReturnValue:
    form = NameForm()
    if not form.validate_on_submit():
        return _page(person, user, form, _empty()), 422
    accounts.rename(user, form.name.data or "")
    commit()
    return redirect(url_for("account.home", saved="name"), 303)


def _save_password(person: SignedIn, user: User, stored: str | None) -> ResponseReturnValue:
    form = PasswordForm()
    status, headers = 422, {}
    if form.validate_on_submit():
        try:
            _change_password(form, person, user, stored)
            return redirect(url_for("account.home", saved="password"), 303)
        except InvalidInput as fault:
            forms.blame(form, fault)
        except TooMany as many:
            rollback()
            form.form_errors.append(too_many_tries(many.retry_after))
            status = 429
            headers["Retry-After"] = str(ceil(many.retry_after.total_seconds()))
    name_form = NameForm(formdata=None, data={"name": user.name})
    return _page(person, user, name_form, form), status, headers


def _change_password(form: PasswordForm, person: SignedIn, user: User, stored: str | None) -> None:
    """Check the old password as sign-in does, then put the new one in its place."""
    new = form.password.data
    passwords.check_allowed(new, context=(user.email, user.name or ""))
    account = throttles.account(user.email_key)
    throttles.reserve((account,))
    commit()  # hashing takes long: nobody else may wait for this transaction
    try:
        fits = passwords.fits(stored, form.current_password.data)
        new_hash = hashing.hash_password(new) if fits else ""
    except TooManyHashes:
        throttles.give_back(account)
        commit()
        raise
    if not fits:
        raise InvalidInput("current_password", _("That isn't your current password."))
    throttles.forget(account)
    passwords.change(user, new_hash, session_id=person.session_id)
    passwords.tell_owner(user, account_url=settings.issuer + url_for("account.home"))
    commit()
    email.deliver_at_once()


SAVING = {"name": _save_name, "password": _save_password}


def somebody() -> SignedIn:
    """Return who is signed in; the guard before the view has made sure of it."""
    person = guards.person()
    if person is None:
        raise Forbidden
    return person


def _empty() -> PasswordForm:
    return PasswordForm(formdata=None)


def _page(person: SignedIn, user: User, name_form: NameForm, password_form: PasswordForm) -> str:
    shown = {"shown_name": user.shown_name, "email": user.email, "is_admin": user.is_admin}
    return render_template(
        "account/home.html",
        current_user=shown,
        name_form=name_form,
        password_form=password_form,
        password_length=settings.password_length,
        saved=request.args.get("saved", "") if request.method == "GET" else "",
        sessions=list(_sessions(person, user)),
        apps=list(_apps(user)),
    )


def _sessions(person: SignedIn, user: User) -> list[dict[str, Any]]:
    return [
        {
            "id": session.id,
            "browser": agents.describe(session.user_agent),
            "address": session.address,
            "seen_at": session.seen_at,
            "is_this": session.id == person.session_id,
        }
        for session in sessions.of_user(user)
    ]


def _apps(user: User) -> list[dict[str, Any]]:
    return [
        {
            "client_id": client.client_id,
            "name": client.name,
            "logo": logos.address(client),
            "open_url": _open_url(client.setting("initiate_login_uri")),
            "host": _host(client.setting("redirect_uris") or []),
            "given_at": consent.given_at,
            "titles": [_title(name) for name in consent.scope.split()],
        }
        for consent, client in consents.of_user(user.id)
    ]


def _open_url(initiate_login_uri: str | None) -> str | None:
    """Return the address that lets an application start the sign-in (OIDC Core §4)."""
    if not initiate_login_uri:
        return None
    return uris.with_parameters(initiate_login_uri, {"iss": settings.issuer})


def _host(redirect_uris: list[str]) -> str:
    return uris.host_of(redirect_uris[0]) if redirect_uris else ""


def _title(name: str) -> str:
    scope = scopes.BY_NAME.get(name)
    return str(scope.title) if scope else name
