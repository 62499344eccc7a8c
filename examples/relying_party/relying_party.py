"""Photo Box: a relying party that signs people in with any OpenID Connect provider.

Authlib's Flask client does the protocol: discovery, authorization code with PKCE S256, nonce and
ID token verification. What is left to an application is on this page: send the person away, take
them back, remember who they are, forget them again.
"""

from __future__ import annotations

import os
import secrets
from typing import Any

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, abort, redirect, render_template, request, session, url_for
from joserfc.errors import JoseError
from werkzeug.wrappers import Response

ISSUER = os.environ.get("ISSUER", "http://localhost:8000").rstrip("/")
PORT = int(os.environ.get("PORT", "5001"))
BASE_URL = os.environ.get("BASE_URL", f"http://localhost:{PORT}").rstrip("/")
RESOURCE_URL = os.environ.get("RESOURCE_URL", "")
TIMEOUT_SECONDS = 10

app = Flask(__name__)
app.config.update(
    # A new secret at each start signs everybody out; give one of your own to keep them.
    SECRET_KEY=os.environ.get("SECRET_KEY") or secrets.token_urlsafe(32),
    # Cookies do not know ports: a name of its own keeps the provider's on localhost apart.
    SESSION_COOKIE_NAME="photo_box",
    SESSION_COOKIE_HTTPONLY=True,
    SESSION_COOKIE_SAMESITE="Lax",
    SESSION_COOKIE_SECURE=BASE_URL.startswith("https://"),
)

provider = OAuth(app).register(
    "provider",
    client_id=os.environ.get("CLIENT_ID"),
    client_secret=os.environ.get("CLIENT_SECRET"),
    server_metadata_url=f"{ISSUER}/.well-known/openid-configuration",
    client_kwargs={
        "scope": os.environ.get("SCOPE", "openid profile email"),
        "code_challenge_method": "S256",
        "default_timeout": TIMEOUT_SECONDS,
    },
)

#: Who is signed in: tokens stay here, the cookie holds only the key of its entry.
people: dict[str, dict[str, Any]] = {}


@app.get("/")
def home() -> str:
    """Show who is signed in and what the provider told, or the way in."""
    person = people.get(session.get("person", ""))
    return render_template("home.html", person=person, issuer=ISSUER, resource=RESOURCE_URL)


@app.get("/sign-in")
def sign_in() -> Response:
    """Send the person to the provider; state, nonce and verifier wait in the session."""
    answer: Response = provider.authorize_redirect(f"{BASE_URL}{url_for('callback')}")
    return answer


@app.get("/callback")
def callback() -> Response:
    """Take the person back: redeem the code, believe only a verified ID token."""
    _check_issuer()
    token = provider.authorize_access_token()
    if "userinfo" not in token:  # where Authlib puts the claims of the ID token it verified
        raise OAuthError("invalid_response", "The provider sent no ID token.")
    identity = dict(token["userinfo"])
    details = dict(provider.userinfo(token=token))
    if details.get("sub") != identity["sub"]:  # OIDC Core §5.3.2: tokens may have been swapped
        raise OAuthError("invalid_response", "Userinfo is about somebody else.")
    key = secrets.token_urlsafe(32)
    session.clear()  # a new session for a new person: nothing from before carries over
    session["person"] = key
    people[key] = {"identity": identity, "details": details, "token": token}
    return redirect(url_for("home"), 303)


def _check_issuer() -> None:
    """Refuse an answer that another provider sent: mix-up, RFC 9207 §2.4."""
    promised = provider.load_server_metadata().get("authorization_response_iss_parameter_supported")
    sent = request.args.get("iss")
    if (promised or sent is not None) and sent != ISSUER:
        raise OAuthError("invalid_issuer", "The answer does not come from our provider.")


@app.post("/refresh")
def refresh() -> Response:
    """Trade the refresh token for fresh ones; the old one is spent by that."""
    person = people.get(session.get("person", ""))
    if person is None or "refresh_token" not in person["token"]:
        abort(400, "There is no refresh token to use.")
    held = person["token"]["refresh_token"]
    fresh = provider.fetch_access_token(grant_type="refresh_token", refresh_token=held)
    person["token"] = {**person["token"], **fresh}
    person["details"] = dict(provider.userinfo(token=person["token"]))
    return redirect(url_for("home"), 303)


@app.get("/photos")
def photos() -> str:
    """Fetch the person's photos from the resource server, with their access token."""
    person = people.get(session.get("person", ""))
    if person is None or not RESOURCE_URL:
        abort(404)
    answer = requests.get(
        f"{RESOURCE_URL}/photos",
        headers={"Authorization": f"Bearer {person['token']['access_token']}"},
        timeout=TIMEOUT_SECONDS,
    )
    challenge = answer.headers.get("WWW-Authenticate", "")
    return render_template("photos.html", answer=answer, challenge=challenge)


@app.post("/sign-out")
def sign_out() -> Response:
    """Forget the person here; their session at the provider is theirs to end."""
    people.pop(session.get("person", ""), None)
    session.clear()
    return redirect(url_for("home"), 303)


@app.errorhandler(OAuthError)
@app.errorhandler(JoseError)
def refused(fault: OAuthError | JoseError) -> tuple[str, int]:
    """Say what the provider answered, or why its answer was not believed."""
    description = fault.description or ""
    return render_template("refused.html", error=fault.error, description=description), 400


@app.errorhandler(requests.RequestException)
def unreachable(_fault: requests.RequestException) -> tuple[str, int]:
    """Say that somebody we need does not answer."""
    description = f"{ISSUER} or the resource server did not answer as expected."
    return render_template("refused.html", error="unreachable", description=description), 502


@app.after_request
def protect(response: Response) -> Response:
    """Keep the pages to this site and out of caches; nothing inline is needed."""
    response.headers["Content-Security-Policy"] = "default-src 'self'; frame-ancestors 'none'"
    response.headers["Referrer-Policy"] = "no-referrer"
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=PORT, threaded=True)
