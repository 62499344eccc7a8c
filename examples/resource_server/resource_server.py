"""Photo store: a resource server that lets people in by access tokens of one issuer.

It has no users and no passwords. Whoever brings a good access token gets what its scopes allow;
everybody else is told what was wrong, as RFC 6750 §3 spells it.
"""

from __future__ import annotations

import os
from typing import Any

from access_tokens import Access, Gate, InvalidToken, Issuer, IssuerUnreachable
from flask import Flask, jsonify, request
from werkzeug.wrappers import Response

ISSUER = os.environ.get("ISSUER", "http://localhost:8000").rstrip("/")
PORT = int(os.environ.get("PORT", "5002"))
#: The name tokens must carry in `aud`: the issuer's own when no other was agreed.
AUDIENCE = os.environ.get("AUDIENCE", ISSUER)
#: The scope one needs to see photos.
SCOPE = os.environ.get("SCOPE", "profile")

CLIENT = (os.environ.get("CLIENT_ID", ""), os.environ.get("CLIENT_SECRET", ""))

app = Flask(__name__)
gate = Gate(Issuer(ISSUER), AUDIENCE, CLIENT if all(CLIENT) else None)


class Refused(Exception):
    """The request is turned away with a challenge (RFC 6750 §3)."""

    def __init__(self, status: int, error: str = "", description: str = "") -> None:
        self.status, self.error, self.description = status, error, description
        super().__init__(error)


@app.get("/")
def about() -> dict[str, str]:
    """Say what is here; no token needed."""
    return {"service": "Photo store", "issuer": ISSUER, "audience": AUDIENCE, "scope": SCOPE}


@app.get("/whoami")
def who_am_i() -> dict[str, Any]:
    """Say whose token this is; any good token will do."""
    access = _access()
    return {
        "sub": access.subject,
        "client_id": access.client_id,
        "scope": " ".join(sorted(access.scopes)),
        "checked": access.checked,
    }


@app.get("/photos")
def photos() -> dict[str, Any]:
    """List the person's photos, if the token's scopes allow it."""
    access = _access()
    if SCOPE not in access.scopes:
        raise Refused(403, "insufficient_scope", f"This needs the scope {SCOPE}.")
    titles = ["The lighthouse", "First snow", "Everybody at the table"]
    return {"owner": access.subject, "photos": titles, "checked": access.checked}


def _access() -> Access:
    """Judge the bearer token; it is taken from the header alone (RFC 9700 §4.3.2)."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Refused(401)
    if not token.strip() or " " in token.strip():
        raise Refused(400, "invalid_request", "The Authorization header holds no single token.")
    try:
        return gate.check(token.strip())
    except InvalidToken as fault:
        raise Refused(401, "invalid_token", str(fault)) from fault


@app.errorhandler(Refused)
def refused(fault: Refused) -> Response:
    """Answer with the challenge; without a token there is no error to name (RFC 6750 §3.1)."""
    members = {"realm": "photos", "error": fault.error, "error_description": fault.description}
    if fault.error == "insufficient_scope":
        members["scope"] = SCOPE
    challenge = ", ".join(f'{name}="{text}"' for name, text in members.items() if text)
    answer = jsonify({name: text for name, text in members.items() if text and name != "realm"})
    answer.status_code = fault.status
    answer.headers["WWW-Authenticate"] = f"Bearer {challenge}"
    return answer


@app.errorhandler(IssuerUnreachable)
def unreachable(_fault: IssuerUnreachable) -> Response:
    """Admit that the token could not be judged, rather than call it bad."""
    answer = jsonify({"error": "temporarily_unavailable"})
    answer.status_code = 503
    answer.headers["Retry-After"] = "5"
    return answer


@app.after_request
def protect(response: Response) -> Response:
    """Keep what one person may see out of shared caches."""
    response.headers["Cache-Control"] = "no-store"
    return response


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=PORT, threaded=True)
