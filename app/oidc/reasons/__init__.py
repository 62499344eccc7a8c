"""Every reason for which a protocol request is refused: code, wire error, and how to mend it.

One table feeds the wire, the error pages, the traces of attempts and the documentation.
"""

from __future__ import annotations

from authlib.oauth2 import OAuth2Error

from app.oidc.reasons import (
    authorization,
    logout,
    registration,
    request_object,
    tokens,
    upstream,
)
from app.services.authorization.attempts import shown

TOPICS = (authorization, request_object, tokens, logout, registration, upstream)
REASONS = {row.code: row for topic in TOPICS for row in topic.ROWS}


class Refusal(OAuth2Error):
    """A refused protocol request: a reason, what was sent, what was expected.

    With `redirect_uri` the answer goes to the client, without to whoever asked.
    """

    def __init__(
        self,
        code: str,
        check: str,
        *,
        sent: object = "",
        expected: object = "",
        redirect_uri: str | None = None,
        description: str = "",
    ) -> None:
        self.reason = REASONS[code]
        self.check = check
        self.sent = shown(sent)
        self.expected = shown(expected)
        super().__init__(
            description=description or self.reason.description,
            status_code=self.reason.status,
            redirect_uri=redirect_uri,
            error=self.reason.error,
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


class BearerRefusal(Refusal):
    """A refused access token (RFC 6750 §3)."""

    def get_headers(self) -> list[tuple[str, str]]:
        """Return the headers with a Bearer challenge, whatever the status."""
        headers = [pair for pair in super().get_headers() if pair[0] != "WWW-Authenticate"]
        bare = self.reason.code == "bearer_missing"  # RFC 6750 §3.1: no error code then
        challenge = "" if bare else f", {self._challenge()}"
        return [*headers, ("WWW-Authenticate", f'Bearer realm="sealwax"{challenge}')]


def reasons_table() -> str:
    """Return every reason as a Markdown table, for the documentation."""
    lines = ["| Reason | Error | What is wrong | How to mend it |", "| --- | --- | --- | --- |"]
    for reason in REASONS.values():
        cells = (f"`{reason.code}`", f"`{reason.error}`", reason.description, reason.fix)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
