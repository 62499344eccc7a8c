"""The production server against clients that are slow, greedy or ambiguous, over raw sockets."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import pytest

from app.gate import in_thread
from tests.servers import LiveServer

pytestmark = pytest.mark.one_engine

FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
CLOSE = b"Connection: close\r\n"


@contextmanager
def connected(live: LiveServer) -> Iterator[socket.socket]:
    """Lend a connection to the server."""
    address = urlsplit(live.url)
    with socket.create_connection((address.hostname, address.port), timeout=8) as opened:
        yield opened


def host_of(live: LiveServer) -> bytes:
    """Return the Host header of the issuer."""
    return f"Host: {urlsplit(live.url).netloc}\r\n".encode()


def sent(live: LiveServer, raw: bytes) -> bytes:
    """Send bytes as they are; return everything that comes back until the server hangs up."""
    with connected(live) as opened:
        opened.sendall(raw)
        received = b""
        while chunk := opened.recv(65_536):
            received += chunk
    return received


def test_stalled_bodies_do_not_keep_others_waiting(live: LiveServer) -> None:
    """README: many slow uploads, and the next request is answered at once."""
    head = b"POST /token HTTP/1.1\r\n" + host_of(live) + FORM + b"Content-Length: 1000\r\n\r\ngrant"
    with ExitStack() as stack:
        for _ in range(40):
            stack.enter_context(connected(live)).sendall(head)
        answer = sent(live, b"GET /health/ready HTTP/1.1\r\n" + host_of(live) + CLOSE + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "fields",
    [
        b"Transfer-Encoding: chunked, chunked\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: 99999999999999\r\n",
        b"Host: evil.example\r\nContent-Length: 0\r\n",
        b"Host : x\r\nContent-Length: 0\r\n",
        b"X-A: b\r\n c\r\nContent-Length: 0\r\n",
        b"X-A: b\x00c\r\nContent-Length: 0\r\n",
    ],
)
def test_ambiguous_request_is_refused_and_nothing_hides_behind_it(
    live: LiveServer, fields: bytes
) -> None:
    """RFC 9112 §11.2: request smuggling: one answer, a refusal, and the connection ends."""
    hidden = b"0\r\n\r\nGET /health/live HTTP/1.1\r\n" + host_of(live) + b"\r\n"
    answer = sent(
        live, b"POST /token HTTP/1.1\r\n" + host_of(live) + FORM + fields + b"\r\n" + hidden
    )

    assert answer.count(b"HTTP/1.1 ") == 1
    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 413"))


@pytest.mark.parametrize("host", [b"", b"Host: evil.example\r\n", b"Host: localhost\r\n"])
def test_request_without_our_host_gets_nothing(live: LiveServer, host: bytes) -> None:
    """security.md DI01."""
    answer = sent(live, b"GET /jwks.json HTTP/1.1\r\n" + host + CLOSE + b"\r\n")

    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 421"))


@pytest.mark.parametrize(
    "path", [b"/%00", b"/%ff%fe", b"/\xff", b"/a%0d%0ab", b"/" + b"a" * 40_000]
)
def test_odd_address_is_no_server_error(live: LiveServer, path: bytes) -> None:
    """security.md AZ04."""
    answer = sent(live, b"GET " + path + b" HTTP/1.1\r\n" + host_of(live) + CLOSE + b"\r\n")

    assert answer.startswith(b"HTTP/1.1 4")


def test_body_beyond_the_limit_is_cut_off(live: LiveServer) -> None:
    """security.md DS01: 64 kB, however it is framed."""
    chunk = b"10000\r\n" + b"a" * 65_536 + b"\r\n"
    head = (
        b"POST /token HTTP/1.1\r\n" + host_of(live) + FORM + b"Transfer-Encoding: chunked\r\n\r\n"
    )
    with connected(live) as opened:
        opened.sendall(head + chunk * 2)
        assert opened.recv(100).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    "fields",
    [
        b"Authorization: Basic eDp5\r\nAuthorization: Basic eDp6\r\n" + FORM,
        FORM + b"Content-Type: text/plain\r\n",
    ],
)
def test_header_that_counts_once_is_not_sent_twice(live: LiveServer, fields: bytes) -> None:
    """RFC 9110 §5.3: two lines of a field that is no list: which would be believed?"""
    head = b"POST /token HTTP/1.1\r\n" + host_of(live) + fields + CLOSE
    answer = sent(live, head + b"Content-Length: 0\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("query", [b"x=\xc3\xa9", b"x=\xff", b"client_id=%c3%a9", b"=&&=;"])
def test_odd_query_is_no_server_error(live: LiveServer, query: bytes) -> None:
    """security.md AZ04: raw bytes in the query."""
    for path in (b"/authorize?", b"/login/sign-in?", b"/nowhere?"):
        answer = sent(
            live, b"GET " + path + query + b" HTTP/1.1\r\n" + host_of(live) + CLOSE + b"\r\n"
        )
        assert not answer.startswith(b"HTTP/1.1 5"), answer[:200]


def test_header_with_an_underscore_does_not_pass_for_another(live: LiveServer) -> None:
    """security.md LG09: X_Forwarded_For is not X-Forwarded-For; the log names the real address."""
    forged = b"X_Forwarded_For: 192.0.2.66\r\nX-Forwarded-For: 192.0.2.67\r\n"
    sent(live, b"GET /health/live HTTP/1.1\r\n" + host_of(live) + forged + CLOSE + b"\r\n")

    assert "192.0.2.6" not in live.log()


def test_handle_in_an_address_is_not_logged(live: LiveServer) -> None:
    """issue: nothing secret in logs."""
    handle = "swx_in_" + "a" * 43
    path = f"GET /authorize/resume/{handle} HTTP/1.1\r\n".encode()
    sent(live, path + host_of(live) + CLOSE + b"\r\n")

    assert handle not in live.log()
    assert "/authorize/resume/swx_in_…" in live.log()


def test_what_a_thread_makes_is_what_one_waits_for() -> None:
    """The loop goes on meanwhile, and the work is done in a thread of the pool."""
    others = threading.Event()

    def work(number: int) -> tuple[int, str]:
        assert others.wait(5)
        return number + 1, threading.current_thread().name

    async def ask() -> list[tuple[int, str]]:
        with ThreadPoolExecutor(2, thread_name_prefix="pool") as pool:
            asyncio.get_running_loop().call_soon(others.set)
            return await asyncio.gather(*(in_thread(pool, work, number) for number in range(3)))

    made = asyncio.run(ask())
    assert [number for number, _ in made] == [1, 2, 3]
    assert all(name.startswith("pool") for _, name in made)


@pytest.mark.parametrize("fault", [KeyError("lost"), SystemExit(3)])
def test_what_a_thread_raises_ends_the_waiting(fault: BaseException) -> None:
    """Whoever asked would else hold their place, and their connection, for ever."""

    def work(_: str) -> None:
        raise fault

    async def ask() -> BaseException:
        with ThreadPoolExecutor(1) as pool:
            try:
                await in_thread(pool, work, "this")
            except BaseException as raised:  # noqa: BLE001 (also what ends a program)
                return raised
        return AssertionError("nothing was raised")

    assert asyncio.run(asyncio.wait_for(ask(), 5)) is fault
