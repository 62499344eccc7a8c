"""Ways to reach the provider: inside the process through Flask, or over a socket through httpx.

A transport keeps nothing between two requests, so one serves any number of actors and threads.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode

import httpx
from flask import Flask

from tests.http import Http

FORM = "application/x-www-form-urlencoded"

Fields = Mapping[str, str] | Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """What came back from one request."""

    status: int
    url: str
    headers: httpx.Headers = field(repr=False)
    content: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """Return the body as text."""
        return self.content.decode()

    @property
    def json(self) -> dict[str, Any]:
        """Return the body as a JSON object; anything else is a fault of the provider."""
        media = self.headers.get("content-type", "").partition(";")[0]
        assert media == "application/json", f"{self.status} {media}: {self.text[:300]}"
        document = json.loads(self.content)
        assert isinstance(document, dict), "the body is JSON, but no object"
        return document

    @property
    def cookies(self) -> list[str]:
        """Return every Set-Cookie header."""
        return self.headers.get_list("set-cookie")


class Transport(Protocol):
    """Sends one request and follows no redirect."""

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        form: Fields | None = None,
        content: bytes = b"",
    ) -> Answer:
        """Send a request to an absolute URL; `form` is url-encoded into the body."""
        ...


class FlaskTransport:
    """Reaches an application inside this process, without a socket, whatever host a URL names."""

    def __init__(self, app: Flask) -> None:
        self._client = Http(app, app.response_class, use_cookies=False)

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        form: Fields | None = None,
        content: bytes = b"",
    ) -> Answer:
        """Send a request to an absolute URL; `form` is url-encoded into the body."""
        sent = _prepare(headers, form)
        body = content if form is None else urlencode(form).encode()
        response = self._client.open(url, method=method, headers=sent, data=body)
        found = httpx.Headers(list(response.headers.items()))
        return Answer(response.status_code, url, found, response.get_data())


class HttpxTransport:
    """Reaches a live server, keeping connections open."""

    def __init__(self, *, connections: int = 100, ca_file: str | None = None) -> None:
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        # The transport below httpx.Client: no cookies, no proxies of the environment, no redirects.
        trusted = ssl.create_default_context(cafile=ca_file)
        self._transport = httpx.HTTPTransport(limits=limits, verify=trusted)
        #: Our end of the connection that the last answer came by.
        self.client_port = 0

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        form: Fields | None = None,
        content: bytes = b"",
    ) -> Answer:
        """Send a request to an absolute URL; `form` is url-encoded into the body."""
        sent = _prepare(headers, form)
        body = content if form is None else urlencode(form).encode()
        timeout = httpx.Timeout(30).as_dict()
        request = httpx.Request(
            method, url, headers=sent, content=body or None, extensions={"timeout": timeout}
        )
        response = self._transport.handle_request(request)
        stream = response.extensions["network_stream"]
        self.client_port = stream.get_extra_info("client_addr")[1]
        try:
            return Answer(response.status_code, url, response.headers, response.read())
        finally:
            response.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()


def _prepare(headers: Mapping[str, str] | None, form: Fields | None) -> dict[str, str]:
    sent = dict(headers or {})
    if form is not None:
        sent.setdefault("Content-Type", FORM)
    return sent
