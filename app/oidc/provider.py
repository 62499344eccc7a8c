"""The authorization server: everything registered below is what the provider can do."""

from __future__ import annotations

import json
from typing import Any, cast

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AuthorizationServer
from flask import Flask, Response, current_app
from werkzeug.local import LocalProxy

from app.models import Client
from app.oidc import access_token, authorization_request, bearer, client_auth
from app.oidc.client_mistakes import refused
from app.oidc.endpoints import ENDPOINTS
from app.oidc.extensions.response_mode import Answer
from app.oidc.grants import GRANTS
from app.oidc.reasons import Refusal
from app.oidc.request import ProtocolRequest
from app.services.clients import clients

NEVER_CACHED = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class Provider(AuthorizationServer):
    """Authlib's authorization server with our grants, endpoints and refusals.

    Its requests are `ProtocolRequest`s made by web; its answers are Flask responses, or an
    `Answer` when it goes back through the browser.
    """

    def __init__(self) -> None:
        super().__init__()
        self.register_token_generator("default", bearer.generate)
        for grant, extensions in GRANTS:
            self.register_grant(grant, extensions)
        for endpoint in ENDPOINTS:
            self.register_endpoint(endpoint)

    @property
    def grant_types(self) -> list[str]:
        """Return the registered grant types, as discovery lists them."""
        return [grant.GRANT_TYPE for grant, _ in self._token_grants]

    def query_client(self, client_id: str) -> Client | None:
        """Return the client of this identifier."""
        return clients.find(client_id)

    def authenticate_client(
        self,
        request: ProtocolRequest,
        methods: list[str],
        endpoint: str = "token",  # noqa: ARG002 (one method holds at every endpoint)
    ) -> Client:
        """Return the client that proves itself with one of the methods.

        Raises:
            Refusal: it does not.
        """
        client = client_auth.authenticate(request)
        if request.auth_method not in methods:
            raise refused(
                "client_method_wrong",
                request.auth_method or "",
                expected=client.setting("token_endpoint_auth_method"),
            )
        return client

    def save_token(self, token: dict[str, Any], request: ProtocolRequest) -> None:
        """Keep the access token, if it is kept at all; grants spend what it was got for first."""
        access_token.keep(request.client, request.user, token)

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Tell nobody: what happens is in the trace of the request."""

    def create_oauth2_request(self, request: ProtocolRequest) -> ProtocolRequest:
        """Return the request as it is: web has read it strictly."""
        return request

    def get_authorization_grant(self, request: ProtocolRequest) -> Any:
        """Return the grant that answers an authorization request.

        An unknown response type goes to the code grant, which checks client and redirect URI
        first and can then tell the client (RFC 6749 §4.1.2.1).
        """
        for grant, extensions in self._authorization_grants:
            if grant.check_authorization_endpoint(request):
                return _prepared(grant, extensions, request, self)
        grant, extensions = self._authorization_grants[0]
        return _prepared(grant, extensions, request, self)

    def create_token_response(self, request: ProtocolRequest) -> Response:
        """Answer a token request, refusing unknown grant types before anything else."""
        grant_type = request.payload.get("grant_type")
        if not grant_type:
            return self._refused(request, Refusal("grant_type_missing", "grant_type"))
        if grant_type not in self.grant_types:
            refusal = Refusal("grant_type_unsupported", "grant_type", sent=grant_type)
            return self._refused(request, refusal)
        request.trace.passed("grant_type", grant_type)
        response: Response = super().create_token_response(request)
        return response

    def _refused(self, request: ProtocolRequest, refusal: Refusal) -> Response:
        return cast("Response", self.handle_error_response(request, refusal))

    def handle_response(
        self, status: int, body: object, headers: list[tuple[str, str]]
    ) -> Response | Answer:
        """Turn what a grant or endpoint returns into a response."""
        if isinstance(body, Answer):
            return body
        text = json.dumps(body, separators=(",", ":")) if isinstance(body, dict) else str(body)
        told = {"Content-Type": "application/json", **dict(headers), **NEVER_CACHED}
        return Response(text, status, told)

    def handle_error_response(self, request: ProtocolRequest, error: OAuth2Error) -> Any:
        """Turn a refusal into the answer its reader gets, and note it in the trace."""
        note(request, error)
        if error.redirect_uri:
            told = dict(error.get_body())
            # The developer has no page of ours to read it from.
            told["error_description"] += f" Reference {request.trace.reference}."
            return authorization_request.answer(request, error.redirect_uri, told)
        return self.handle_response(error.status_code, dict(error.get_body()), error.get_headers())


def note(request: ProtocolRequest, error: OAuth2Error) -> None:
    """Write a refusal into the trace of its request."""
    if isinstance(error, Refusal):
        request.trace.refused(
            error.check, error.reason.code, sent=error.sent, expected=error.expected, **error.notes
        )
    else:
        request.trace.refused("request", error.error, sent=error.description or "")


def _prepared(grant: Any, extensions: Any, request: ProtocolRequest, provider: Provider) -> Any:
    """Return a grant for this request, with its extensions."""
    prepared = grant(request, provider)
    for extension in extensions or ():
        extension(prepared)
    return prepared


def init_provider(app: Flask) -> None:
    """Build the provider of an application."""
    app.extensions["sealwax.provider"] = Provider()


def _current() -> Provider:
    return cast("Provider", current_app.extensions["sealwax.provider"])


provider: Provider = LocalProxy(_current)  # type: ignore[assignment]  # a proxy, as Flask types its own
