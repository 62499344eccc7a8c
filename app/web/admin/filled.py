"""A snippet, filled in with the values of one application, and what does not fit together yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import render_template

from app.models import Client
from app.oidc import metadata
from app.security import secrets
from app.services.clients import client_metadata
from app.services.clients.client_metadata import Kind
from app.services.upkeep import branding
from app.settings import settings
from app.web.admin import stacks
from app.web.admin.quoting import QUOTES
from app.web.admin.stacks import Stack

#: What stands where the secret goes when nobody can be shown it any more.
PLACEHOLDER = "PUT-THE-CLIENT-SECRET-HERE"
#: Of an application that has no address yet.
EXAMPLE = "https://app.example.com"
USUAL_SCOPES = ("openid", "profile", "email")
ENDPOINTS = (
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
    "end_session_endpoint",
    "device_authorization_endpoint",
)


def kind_of(client: Client) -> Kind:
    """Return the kind of an application, which decides what stacks are for it."""
    return client_metadata.kind_of(client.registration)


def all_of(client: Client, secret: str | None) -> list[dict[str, Any]]:
    """Return every snippet for an application that has just been given its secret."""
    groups = stacks.offered(kind_of(client))
    return [of(client, stack, secret) for _, group in groups for stack in group]


def of(client: Client, stack: Stack, secret: str | None = None) -> dict[str, Any]:
    """Return a snippet as the page shows it.

    Without the secret, which is shown only once, its place is marked.
    """
    returns_to, is_registered = _returns_to(client, stack)
    method = client.setting("token_endpoint_auth_method")
    return {
        "name": stack.name,
        "title": stack.title,
        "place": stack.place,
        "documentation": stack.documentation,
        "text": text(client, stack, secret),
        "returns_to": returns_to if client.setting("redirect_uris") else "",
        "is_registered": is_registered,
        "lacks_secret": secret is None and not client.is_public,
        "proves_by": stack.proves_by,
        "other_method": "" if client.is_public or method == stack.proves_by else method,
    }


def text(client: Client, stack: Stack, secret: str | None = None) -> str:
    """Return the text of a snippet; every value in it is quoted for its language."""
    quote = QUOTES[stack.language]
    values = _values(client, stack, secret)
    quoted = {name: _quoted(value, quote) for name, value in values.items()}
    returns_to = urlsplit(_returns_to(client, stack)[0])
    flags = {
        "port": returns_to.port or 8080,
        "returns_by_https": returns_to.scheme == "https",
        "is_public": client.is_public,
        "is_https": settings.issuer.startswith("https://"),
        "has_address": bool(client.setting("redirect_uris")),
        "asks_people": kind_of(client) != "machine",
    }
    return render_template(f"snippets/{stack.name}.txt", **quoted, **flags).strip() + "\n"


def _quoted(value: str | Iterable[str], quote: Any) -> str:
    if isinstance(value, str):
        return str(quote(value))
    return ", ".join(quote(each) for each in value)


def _values(client: Client, stack: Stack, secret: str | None) -> Mapping[str, str | Iterable[str]]:
    returns_to, _ = _returns_to(client, stack)
    parts = urlsplit(returns_to)
    document = metadata.document(settings)
    scopes = [name for name in USUAL_SCOPES if name in client.scopes] or ["openid"]
    callback = parts.path or "/"
    return {
        **{name: document[name] for name in ENDPOINTS},
        "issuer": settings.issuer,
        "discovery_url": f"{settings.issuer}/.well-known/openid-configuration",
        "client_id": client.client_id,
        "client_secret": secret or PLACEHOLDER,
        "redirect_uri": returns_to,
        "origin": f"{parts.scheme}://{parts.netloc}",
        "root": f"{parts.scheme}://{parts.netloc}/",
        "callback": callback,
        "home": "/" if callback != "/" else "/home",
        "scope": " ".join(scopes),
        "scopes": scopes,
        "id_token_alg": client.setting("id_token_signed_response_alg") or "RS256",
        "authorize_url": _authorize_url(client, returns_to, " ".join(scopes)),
        "provider": branding.current().service_name,
        # A secret of the application's own, fresh each time, so that nobody leaves an example in.
        "fresh": secrets.new_id(),
    }


def _returns_to(client: Client, stack: Stack) -> tuple[str, bool]:
    """Return where the stack wants people back, and whether that is registered.

    A stack with a place of its own may find it registered; else it is where the first is.
    """
    registered = client.setting("redirect_uris") or []
    fitting = [uri for uri in registered if uri.endswith(stack.callback)]
    if fitting:
        return fitting[0], True
    first = urlsplit(registered[0] if registered else EXAMPLE)
    origin = f"{first.scheme}://{first.netloc}" if first.netloc else EXAMPLE
    return f"{origin}{stack.callback or '/callback'}", False


def _authorize_url(client: Client, redirect_uri: str, scope: str) -> str:
    """Return an authorization request that lacks only what is new for each."""
    sent = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": redirect_uri,
        "scope": scope,
        "code_challenge_method": "S256",
    }
    return f"{metadata.document(settings)['authorization_endpoint']}?{urlencode(sent)}"
