"""Who Flask-Login takes somebody for: a session that lives, with the person it belongs to."""

from __future__ import annotations

from flask import Flask
from flask_login import UserMixin

from app.extensions import login_manager
from app.services.authorization import sessions
from app.services.authorization.signed_in import SignedIn
from app.services.people import roles


class Person(UserMixin):
    """The user Flask-Login knows: its identifier is the session's token, not a user's key."""

    def __init__(self, token: str, signed_in: SignedIn | None = None) -> None:
        self.token = token
        self.signed_in = signed_in

    def get_id(self) -> str:
        """Return what Flask-Login keeps in the cookie."""
        return self.token

    @property
    def shown_name(self) -> str:
        """Return the name that pages greet with."""
        return self.signed_in.shown_name if self.signed_in else ""

    @property
    def email(self) -> str:
        """Return the address beside the name."""
        return self.signed_in.email if self.signed_in else ""

    @property
    def is_admin(self) -> bool:
        """Tell whether this is an administrator."""
        return self.signed_in is not None and self.signed_in.is_admin

    @property
    def is_user_manager(self) -> bool:
        """Tell whether this is a user manager."""
        return self.signed_in is not None and self.signed_in.is_user_manager

    @property
    def is_auditor(self) -> bool:
        """Tell whether this is an auditor."""
        return self.signed_in is not None and self.signed_in.is_auditor

    @property
    def has_role(self) -> bool:
        """Tell whether pages may link to the administration."""
        return self.signed_in is not None and bool(roles.of(self.signed_in))

    @property
    def is_owner(self) -> bool:
        """Tell whether an application is theirs."""
        return self.signed_in is not None and self.signed_in.is_owner


def _load(token: str) -> Person | None:
    signed_in = sessions.find(token)
    return Person(token, signed_in) if signed_in else None


def init_app(app: Flask) -> None:
    """Let Flask-Login load people by their session."""
    del app  # the extension is bound already
    login_manager.session_protection = None  # the token is random and bound to a row
    login_manager.user_loader(_load)
