"""Forms with the fields that the templates ask for, as plain as can be."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, StringField
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
