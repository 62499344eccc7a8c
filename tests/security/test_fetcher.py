"""Outgoing requests: nobody makes us connect where we should not, wait, or grow (RG07)."""

from __future__ import annotations

import gzip
import socket
import threading
from contextlib import suppress
from time import monotonic, sleep

import httpcore
import pytest

from app.security import fetcher, guarded_network
from app.security.fetcher import Fetched
from app.security.guarded_network import FetchFailed, FetchPolicy
from tests.remote import Remote, Reply, remote_host

LONGEST = 65_536
LONGEST_HOLD_SECONDS = 4.0


@pytest.fixture
def host():
    with remote_host() as running:
        yield running


def allowed(host: Remote) -> FetchPolicy:
    return FetchPolicy(frozenset({"localhost"}), host.ca_file)


def get(url: str, policy: FetchPolicy) -> Fetched:
    return fetcher.get(url, policy, longest=LONGEST, accept="application/json")


def reason(url: str, policy: FetchPolicy | None = None) -> str:
    started = monotonic()
    with pytest.raises(FetchFailed) as failed:
        get(url, policy or FetchPolicy())
    assert monotonic() - started < LONGEST_HOLD_SECONDS
    return failed.value.reason


def resolving(monkeypatch, *addresses: str) -> list[str]:
    """Let every name lead to these addresses; return who was asked for."""
    asked = []

    def answer(host, port, **_options):
        asked.append(host)
        family = socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(guarded_network.socket, "getaddrinfo", answer)
    return asked


def test_document_of_an_allowed_host_is_fetched_over_tls_1_3(host):
    url = host.serve("/jwks", b'{"keys":[]}', Content_Type="application/jwk-set+json; charset=utf8")

    fetched = get(url, allowed(host))

    assert fetched == Fetched(200, "application/jwk-set+json", b'{"keys":[]}')
    assert host.received[0].tls == "TLSv1.3"
    assert "Cookie" not in host.received[0].headers


def test_form_is_posted_and_its_status_returned(host):
    host.replies["/logout"] = Reply(status=204)

    assert fetcher.post_form(f"{host.url}/logout", {"a": "1 &2"}, allowed(host)) == 204
    assert host.received[0].form == {"a": "1 &2"}


def test_the_document_of_a_refusal_is_read(host):
    """RFC 6749 §5.2: a token endpoint says in a document why there are no tokens."""
    host.replies["/token"] = Reply(b'{"error":"invalid_grant"}', status=400)

    answer = fetcher.post_for_document(
        f"{host.url}/token", "a=1", allowed(host), longest=LONGEST, headers={"X": "y"}
    )

    assert (answer.status, answer.body) == (400, b'{"error":"invalid_grant"}')
    assert (host.received[0].form, host.received[0].headers["X"]) == ({"a": "1"}, "y")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1",  # noqa: S104 (to be refused)
        "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1",
        "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:db8::1", "2001:0:4136:e378:8000:63bf:80ff:fffe",
        "100::1", "not an address",
    ],
)  # fmt: skip
def test_address_that_is_nobodys_on_the_internet_is_refused(monkeypatch, address):
    """security.md RG07; CVE-2024-27564 and its kin."""
    resolving(monkeypatch, address)

    assert reason("https://rp.example/jwks") == "private_address"


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111", "64:ff9b::5db8:d822"])
def test_address_of_the_internet_is_public(address):
    assert guarded_network.is_public(address)


@pytest.mark.parametrize(
    "url",
    ["https://127.1/", "https://2130706433/", "https://0x7f.1/", "https://[::1]/",
     "https://[::ffff:7f00:1]/", "https://localhost./", "https://127.0.0.1:8443/"],
)  # fmt: skip
def test_spelling_hides_no_address(url):
    assert reason(url) in {"private_address", "unknown_host"}


def test_public_address_beside_a_private_one_saves_nothing(monkeypatch):
    resolving(monkeypatch, "93.184.216.34", "10.0.0.1")

    assert reason("https://rp.example/") == "private_address"


def test_name_is_resolved_once_and_connected_to_as_it_was_checked(monkeypatch):
    """DNS rebinding: a second answer would lead somewhere else."""
    asked = resolving(monkeypatch, "203.0.113.9")
    connected = []
    monkeypatch.setattr(guarded_network, "is_public", lambda _: True)

    def refuse(_backend, host, *_):
        connected.append(host)
        raise httpcore.ConnectError

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", refuse)

    assert reason("https://rp.example/") == "not_reachable"
    assert asked == ["rp.example"]
    assert connected == ["203.0.113.9"]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://rp.example/", "not_https"),
        ("ftp://rp.example/", "not_https"),
        ("file:///etc/passwd", "no_address"),
        ("https://user@rp.example/", "no_address"),
        ("https://rp.example:25/", "port_refused"),
        ("https://rp.example:99999/", "no_address"),
        ("https:///x", "no_address"),
        ("https://bücher.example/", "no_address"),
        ("https://rp.example/\r\nHost: x", "no_address"),
        ("https://[::1", "no_address"),
        ("gopher://127.0.0.1:6379/_FLUSHALL", "not_https"),
    ],
)
def test_what_is_no_web_address_is_not_tried(url, expected):
    assert reason(url) == expected


def test_plain_http_reaches_allowed_hosts_alone():
    with remote_host(tls=False) as host:
        url = host.serve("/", b"{}")

        assert get(url, allowed(host)).body == b"{}"
        assert reason(url) == "not_https"


def test_redirect_is_not_followed(host):
    host.replies["/"] = Reply(status=302, headers={"Location": f"{host.url}/secret"})
    host.serve("/secret", b"{}")

    assert reason(f"{host.url}/", allowed(host)) == "status_302"
    assert host.count("/secret") == 0


def test_certificate_nobody_vouches_for_is_refused(host):
    assert reason(host.serve("/", b"{}"), FetchPolicy(frozenset({"localhost"}))) == (
        "certificate_refused"
    )


def test_huge_body_is_left_unread(host):
    assert reason(host.serve("/", b"x" * 70_000), allowed(host)) == "too_long"


def test_endless_body_is_left_unread(host):
    def pour(handler):
        handler.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n")
        with suppress(OSError):
            while True:
                handler.wfile.write(b"x" * 65_536)

    host.replies["/"] = Reply(act=pour)

    assert reason(f"{host.url}/", allowed(host)) == "too_long"


def test_packed_body_is_never_unpacked(host):
    bomb = gzip.compress(b"0" * 50_000_000)

    assert reason(host.serve("/", bomb, Content_Encoding="gzip"), allowed(host)) == "packed"


def drip(handler, head: bytes) -> None:
    with suppress(OSError):
        handler.wfile.write(head)
        while True:
            handler.wfile.write(b"x")
            sleep(0.1)


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n"]
)
def test_slow_drip_holds_nobody_longer_than_four_seconds(host, head, monkeypatch):
    monkeypatch.setattr(fetcher, "SECONDS", 0.6)
    host.replies["/"] = Reply(act=lambda handler: drip(handler, head))

    assert reason(f"{host.url}/", allowed(host)) == "too_slow"


def test_silent_listener_holds_nobody(monkeypatch):
    monkeypatch.setattr(fetcher, "SECONDS", 0.4)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://localhost:{silent.getsockname()[1]}/"

        assert reason(url, FetchPolicy(frozenset({"localhost"}))) == "too_slow"


def test_resolver_that_never_answers_holds_nobody(monkeypatch):
    monkeypatch.setattr(fetcher, "SECONDS", 0.3)
    released = threading.Event()
    monkeypatch.setattr(
        guarded_network.socket, "getaddrinfo", lambda *_a, **_k: released.wait() and []
    )

    assert reason("https://rp.example/") == "too_slow"
    released.set()


def test_no_http_is_told_as_that():
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def talk():
            peer, _ = listener.accept()
            with peer:
                peer.recv(1000)
                peer.sendall(b"220 mail.example ESMTP\r\n")

        thread = threading.Thread(target=talk)
        thread.start()
        url = f"http://localhost:{listener.getsockname()[1]}/"

        assert reason(url, FetchPolicy(frozenset({"localhost"}))) == "no_http"
        thread.join()
