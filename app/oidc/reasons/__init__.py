"""Every reason for which something is refused: code, wire error, who can mend it, and how.

One table feeds the wire, the error pages, the traces of attempts and the documentation.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from authlib.oauth2 import OAuth2Error

from app.oidc.reasons import (
    access_tokens,
    authorization,
    client_authentication,
    logout,
    registration,
    request_object,
    sign_in,
    tokens,
    upstream,
)
from app.oidc.reasons.reason import Reason
from app.services.authorization.attempts import shown

#: In the order in which a sign-in meets them, each with its heading in the documentation.
TOPICS = (
    ("Authorization requests", authorization.ROWS),
    ("Request objects", request_object.ROWS),
    ("The sign-in page", sign_in.ROWS),
    ("Other providers", upstream.ROWS),
    ("Who the client is", client_authentication.ROWS),
    ("Codes, refresh tokens and grants", tokens.ROWS),
    ("Access tokens, userinfo and introspection", access_tokens.ROWS),
    ("Signing out", logout.ROWS),
    ("Registration", registration.ROWS),
)
REASONS: dict[str, Reason] = {row.code: row for _, rows in TOPICS for row in rows}
MENDERS = {
    "app": "the application's developer",
    "admin": "an administrator",
    "person": "who signs in",
}


class Refusal(OAuth2Error):
    """A refused protocol request: a reason, what was sent, what was expected.

    With `redirect_uri` the answer goes to the client, without to whoever asked. `told` is the
    reason that the answer speaks of, where it must not tell the true one; `notes` is what else
    the trace keeps of the check.
    """

    def __init__(  # noqa: PLR0913 (what a trace and an answer are made of)
        self,
        code: str,
        check: str,
        *,
        sent: object = "",
        expected: object = "",
        redirect_uri: str | None = None,
        description: str = "",
        told: str = "",
        notes: dict[str, Any] | None = None,
    ) -> None:
        self.reason = REASONS[code]
        self.check = check
        self.sent = shown(sent)
        self.expected = shown(expected)
        self.notes = notes or {}
        wire = REASONS[told or self.reason.told or code]
        super().__init__(
            description=description or wire.advice,
            status_code=wire.status,
            redirect_uri=redirect_uri,
            error=wire.error,
        )

    def get_headers(self) -> list[tuple[str, str]]:
        """Return the headers of the JSON answer, never cached, with the challenge a 401 needs."""
        headers: list[tuple[str, str]] = [
            ("Content-Type", "application/json"),
            ("Cache-Control", "no-store"),
            ("Pragma", "no-cache"),
        ]
        if self.status_code == 401:
            headers.append(("WWW-Authenticate", f'Basic realm="sealwax", {self._challenge()}'))
        return headers

    def _challenge(self) -> str:
        return f'error="{self.error}", error_description="{self.description}"'


def over(code: str, check: str, since: datetime) -> Refusal:
    """Return the refusal of what worked until `since`: it was used, or its time is over."""
    return Refusal(code, check, notes={"over_since": since.isoformat()})


class BearerRefusal(Refusal):
    """A refused access token (RFC 6750 §3)."""

    def get_headers(self) -> list[tuple[str, str]]:
        """Return the headers with a Bearer challenge, whatever the status."""
        headers = [pair for pair in super().get_headers() if pair[0] != "WWW-Authenticate"]
        challenge = ", ".join(filter(None, ('Bearer realm="sealwax"', self._challenge())))
        return [*headers, ("WWW-Authenticate", challenge)]


class BearerMissing(BearerRefusal):
    """No access token, or one in an unknown way: the challenge names no error (RFC 6750 §3.1)."""

    def _challenge(self) -> str:
        return ""


def reasons_table() -> str:
    """Return every reason as Markdown tables, one for each topic, for the documentation."""
    return "\n\n".join(f"## {title}\n\n{_table(rows)}" for title, rows in TOPICS)


def _table(rows: tuple[Reason, ...]) -> str:
    lines = [
        "| Reason | Error | What it means | Who can mend it | What to change | Setting |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for reason in rows:
        error = f"`{reason.error}`" if reason.error else ""
        setting = f"`{reason.setting}`" if reason.setting else ""
        mender = MENDERS[reason.mender]
        cells = (f"`{reason.code}`", error, reason.description, mender, reason.fix, setting)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
