"""First-run set-up: make the first administrator with the link from the server's log."""

from __future__ import annotations

from flask import Blueprint, abort, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from flask_wtf.csrf import CSRFError
from wtforms import EmailField, Field, PasswordField, StringField
from wtforms.validators import DataRequired, Email, Length, Regexp, ValidationError

from app.database import rollback
from app.errors import InvalidInput
from app.models import User
from app.services.people import accounts, passwords, set_up
from app.services.people.accounts import AddressTaken
from app.services.people.set_up import SetUpLinkDead
from app.services.upkeep import audit
from app.services.upkeep.audit import Event
from app.settings import settings
from app.web import error_pages, forms, guards, unsent
from app.web.access import ANYONE, needs
from app.web.forms import Form
from app.web.login import entering, waiting

blueprint = Blueprint("setup", __name__)


class SetUpForm(Form):
    """The first administrator, and the value that lets them in."""

    token = StringField(validators=[DataRequired(_("Type the code from the server's log."))])
    email = EmailField(
        validators=[
            DataRequired(_("Type your email address.")),
            Email(
                _("Write the whole address, such as name@example.org."), check_deliverability=False
            ),
        ]
    )
    name = StringField(
        validators=[
            Length(max=200, message=_("Use 200 characters or fewer.")),
            Regexp(r"[^\x00-\x1f\x7f]*\Z", message=_("Use one line of plain letters.")),
        ]
    )
    password = PasswordField(validators=[DataRequired(_("Choose a password."))])

    def validate_token(self, field: Field) -> None:
        """Look whether the link still works, without using it up."""
        with forms.obeying_rules():
            set_up.check(field.data)

    def validate_email(self, field: Field) -> None:
        """Refuse an address that has an account: only who has the link may learn of one."""
        if not self.token.errors and accounts.is_taken(field.data):
            raise ValidationError(AddressTaken.public)

    def validate_password(self, field: Field) -> None:
        """Say what to change in the password, together with what else is wrong."""
        with forms.obeying_rules():
            words = (self.email.data or "", self.name.data or "")
            passwords.check_allowed(field.data, context=words)


@blueprint.route("/setup", methods=["GET", "POST"], endpoint="set_up")
@needs(ANYONE)
def first_administrator() -> ResponseReturnValue:
    """Make the administrator and sign them in; looking at a link does not use it up."""
    if not set_up.is_needed():
        abort(404)
    if request.method != "POST":
        return _show(request.args.get("token", ""))
    form = SetUpForm()
    if form.validate_on_submit() and (user := _make(form)) is not None:
        target = url_for("admin.clients")
        return entering.enter(user, None, amr=("pwd",), target=target, has_mailbox=True)
    rollback()  # the link stays good for another try
    return _page(form, has_token="token" not in form.errors), 422


@blueprint.errorhandler(CSRFError)
def stale_form(error: CSRFError) -> ResponseReturnValue:
    """Show the form again with what was typed, but for the password; nothing was done (ux.md 2.13).

    Only a form of ours comes back: no other site fills in this page.
    """
    if not waiting.is_from_us() or not set_up.is_needed():
        return error_pages.stale_form(error)
    form = SetUpForm()
    g.unsent_state = unsent.OLD
    return _page(form, has_token=True), 400


def _show(token: str) -> ResponseReturnValue:
    form = SetUpForm(formdata=None, data={"token": token})
    if not token:
        return _page(form, has_token=False)
    try:
        set_up.check(token)
    except SetUpLinkDead as dead:
        form.token.errors = [dead.public]
        return _page(form, has_token=False), 403
    return _page(form, has_token=True)


def _make(form: SetUpForm) -> User | None:
    """Do it all in one transaction; return who it is, None when something was wrong."""
    try:
        set_up.use(form.token.data)
        user = accounts.create(
            form.email.data,
            password=form.password.data,
            name=form.name.data,
            is_admin=True,
            email_verified=True,
        )
    except SetUpLinkDead as dead:
        form.token.errors = [dead.public]
    except AddressTaken as taken:
        form.email.errors = [taken.public]
    except InvalidInput as fault:
        forms.blame(form, fault)
    else:
        audit.record(Event.SET_UP, actor_id=user.id, user_id=user.id, address=guards.address())
        return user
    return None


def _page(form: SetUpForm, *, has_token: bool) -> str:
    return render_template(
        "setup/set_up.html",
        form=form,
        has_token=has_token and bool(form.token.data),
        password_length=settings.shortest_password,
        issuer=settings.issuer,
    )
