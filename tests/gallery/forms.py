"""Forms with the fields that the templates ask for, as plain as can be."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    widgets,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

needed = InputRequired("Fill this in.")


class PlainForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Nothing but the CSRF field."""


class SignInForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Address and password."""

    username = StringField("Email address", [needed])
    password = PasswordField("Password", [needed])


class SignUpForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What a new account needs."""

    email = EmailField("Email address", [needed])
    name = StringField("Your name")
    password = PasswordField("Password", [needed])


class CodeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A code from a mail."""

    code = StringField("Code", [needed])


class NameForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The name that apps are shown."""

    name = StringField("Your name")


class PasswordForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The old password and the new one."""

    current_password = PasswordField("Current password", [needed])
    password = PasswordField("New password", [needed])


class SetUpForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The first administrator."""

    token = StringField("Set-up code", [needed])
    email = EmailField("Email address", [needed])
    name = StringField("Your name")
    password = PasswordField("Password", [needed])


class NewClientForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Three decisions, and the rest folded away."""

    kind = RadioField(
        "Kind",
        [needed],
        choices=[SelectChoice(kind) for kind in ("web", "spa", "native", "machine")],
        default="web",
    )
    name = StringField("Name", [needed])
    redirect_uris = TextAreaField("Redirect addresses")
    post_logout_redirect_uris = TextAreaField(
        "Addresses after sign-out", description="Where people may land once they have signed out."
    )
    client_uri = StringField("Home page", description="Linked where people look for the app.")


class TicksField(SelectMultipleField):  # type: ignore[misc]  # WTForms ships no types
    """Any number of choices, each with a box to tick."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()


class ClientForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Everything that can be changed about an application; one field of every type."""

    client_name = StringField("Name", [needed], description="People see it when they sign in.")
    client_uri = StringField("Home page")
    redirect_uris = TextAreaField(
        "Redirect addresses", [needed], description="Compared sign by sign, slash included."
    )
    scope = TicksField(
        "What it may ask for",
        choices=[
            SelectChoice("openid", "ID"),
            SelectChoice("profile", "Name and profile"),
            SelectChoice("email", "Email address"),
        ],
        description="People still choose what they share.",
    )
    trusted = BooleanField("Trusted", description="People are not asked for permission.")
    token_endpoint_auth_method = SelectField(
        "How it proves itself",
        choices=[
            SelectChoice("client_secret_basic", "Secret in the header"),
            SelectChoice("client_secret_post", "Secret in the body"),
            SelectChoice("none", "No secret"),
        ],
        description="What the application sends to the token endpoint.",
    )
    access_token_lifetime = IntegerField(
        "Access token lifetime", description="In seconds. Empty: 10 minutes."
    )


class DeleteForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The name of what goes, typed."""

    name = StringField("Name of the application", [needed])
