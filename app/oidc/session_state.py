"""What lets an application ask the browser whether somebody is still signed in.

OIDC Session Management 1.0: `session_state` is a hash over client, origin, a value that the
browser holds for us, and a salt; the iframe at `check_session_iframe` computes it anew.
"""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

from app.security import secrets

NOBODY = ""


def browser_state(session_token: str) -> str:
    """Return what the browser holds, readable by scripts of ours: worth nothing by itself."""
    return secrets.digest(f"browser state {session_token}") if session_token else NOBODY


def value(client_id: str, redirect_uri: str, state: str) -> str:
    """Return the `session_state` of an authorization response (§3)."""
    split = urlsplit(redirect_uri)
    salt = secrets.new_id()
    text = f"{client_id} {split.scheme}://{split.netloc.lower()} {state} {salt}"
    return f"{hashlib.sha256(text.encode()).hexdigest()}.{salt}"
