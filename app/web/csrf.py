"""The CSRF value of forms: Flask-WTF's, with a mark that `unsent` adds to it."""

from __future__ import annotations

from flask import Flask, g
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

#: Between the CSRF value of a form and the mark.
SEAM = "~"


def hidden_field() -> Markup:
    """Return the field of a form that sends the CSRF value."""
    value: str = generate_csrf()
    return Markup('<input type="hidden" name="csrf_token" value="%s">') % value


class Csrf(CSRFProtect):
    """Looks at the CSRF value alone, and lets a form that is shown again send it once more."""

    def init_app(self, app: Flask) -> None:
        """Look at every form of the application, and give its templates the field."""
        super().init_app(app)
        app.jinja_env.globals["csrf_field"] = hidden_field

    def protect(self, apply_exemptions: bool = False) -> None:  # noqa: FBT001, FBT002 (Flask-WTF's own)
        """Check what was sent; it is good for as long as the session, so nothing else is signed."""
        super().protect(apply_exemptions)
        if g.get("csrf_valid"):
            g.csrf_token = g.csrf_sent

    def _get_csrf_token(self) -> str | None:
        """Note and return what was sent, up to the seam (Flask-WTF 1.3 has no public place)."""
        sent: str | None = super()._get_csrf_token()
        value = sent.partition(SEAM)[0] if sent else sent
        g.csrf_sent = value
        return value


csrf = Csrf()
