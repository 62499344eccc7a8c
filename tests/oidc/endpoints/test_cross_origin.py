"""Pages of applications read what went wrong, also where no endpoint answers (protocol.md 12)."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from tests import factories
from tests.oidc.conftest import Scene

ORIGIN = "https://rp.example"
ALLOWED = "access-control-allow-origin"


def asked(scene: Scene, endpoint: str, method: str = "POST", origin: str = ORIGIN):
    url = scene.rp.endpoint(endpoint)
    return scene.rp.transport.send(method, url, headers={"Origin": origin}, form={})


@contextmanager
def away(db) -> Iterator[None]:
    """Let every statement fail as it does when the database is not there."""

    def fail(*_: object) -> None:
        raise OperationalError("away", None, OSError())

    event.listen(db.engine, "before_cursor_execute", fail)
    try:
        yield
    finally:
        event.remove(db.engine, "before_cursor_execute", fail)


@pytest.mark.parametrize("endpoint", ["token", "userinfo", "revocation", "introspection"])
def test_page_reads_that_the_method_is_wrong(scene: Scene, endpoint: str) -> None:
    answer = asked(scene, endpoint, "DELETE")
    assert answer.status == 405
    assert answer.headers[ALLOWED] == ORIGIN
    assert "origin" in answer.headers["vary"].lower()

    assert ALLOWED not in asked(scene, endpoint, "DELETE", "https://evil.example").headers


def test_page_reads_that_it_may_try_again(scene: Scene, db) -> None:
    """Reliability: the database is away, and is not asked who may read that."""
    asked(scene, "userinfo", "OPTIONS")
    with away(db):
        answer = asked(scene, "token")
        stranger = asked(scene, "token", origin="https://evil.example")

    assert (answer.status, answer.headers[ALLOWED]) == (503, ORIGIN)
    assert stranger.status == 503
    assert ALLOWED not in stranger.headers


def test_page_of_ours_is_nobody_elses(http) -> None:
    for path in ("/login/nowhere", "/health/nowhere", "/nowhere"):
        assert ALLOWED not in http.get(path, headers={"Origin": ORIGIN}).headers


@pytest.mark.parametrize(
    ("origin", "path", "allowed"),
    [(ORIGIN, "/token", True), ("https://evil.example", "/token", False),
     (ORIGIN, "/login/sign-in", False)],
)  # fmt: skip
def test_page_reads_that_its_body_is_too_long(db, live, origin: str, path: str, allowed) -> None:
    """The gate refuses it before any endpoint sees it."""
    factories.client("spa", redirect_uris=[f"{ORIGIN}/cb"])
    db.session.commit()
    place = urlsplit(live.url)
    lines = f"Host: {place.netloc}\r\nOrigin: {origin}\r\n"
    with socket.create_connection((place.hostname, place.port), timeout=8) as opened:
        opened.sendall(f"OPTIONS /token HTTP/1.1\r\n{lines}\r\n".encode())
        assert opened.recv(4096).startswith(b"HTTP/1.1 204")
        opened.sendall(f"POST {path} HTTP/1.1\r\n{lines}Content-Length: 99999\r\n\r\n".encode())
        answer = opened.recv(4096).decode().lower()

    assert answer.startswith("http/1.1 413")
    assert (f"{ALLOWED}: {origin}" in answer) == allowed
