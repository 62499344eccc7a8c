"""The CSRF value of forms: Flask-WTF's, with a mark that `unsent` adds to it."""

from __future__ import annotations

from flask import g
from flask_wtf import CSRFProtect

#: Between the CSRF value of a form and the mark.
SEAM = "~"


class Csrf(CSRFProtect):
    """Looks at the CSRF value alone, and lets a form that is shown again send it once more."""

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
