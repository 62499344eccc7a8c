"""How many of our requests may wait for one host, and who has to wait behind them (RG07)."""

from __future__ import annotations

import threading

import pytest

from app.security import fetcher
from app.security.guarded_network import FetchFailed, FetchPolicy
from tests.remote import Reply, remote_host

LONGEST = 65_536


@pytest.fixture
def host():
    with remote_host() as running:
        yield running


def allowed(host):
    """Return the policy that lets us reach the host."""
    return FetchPolicy(frozenset({"localhost"}), host.ca_file)


@pytest.fixture
def held(host, monkeypatch):
    """Return a function that lets as many requests of a lane hang as it takes."""
    monkeypatch.setattr(fetcher, "SECONDS", 3)
    entered, released = threading.Semaphore(0), threading.Event()
    threads = []

    def hold(handler):
        entered.release()
        released.wait(5)
        handler.send_response(204)
        handler.end_headers()

    def fill(send, lane):
        threads.extend(threading.Thread(target=send) for _ in range(lane.most))
        for thread in threads:
            thread.start()
        for _ in threads:
            assert entered.acquire(timeout=5)
        return released.set

    host.replies["/"] = Reply(act=hold)
    yield fill
    released.set()
    for thread in threads:
        thread.join()


def test_few_requests_wait_for_one_host(host, held):
    """security.md RG07: per-host limits."""
    held(lambda: fetcher.post_form(f"{host.url}/", {}, allowed(host)), fetcher.OF_CLIENTS)

    with pytest.raises(FetchFailed) as failed:
        fetcher.get(f"{host.url}/", allowed(host), longest=LONGEST, accept="text/plain")
    assert failed.value.reason == "host_busy"


def redeem(host):
    """Send what a sign-in with the provider needs."""
    return fetcher.post_for_document(
        f"{host.url}/token", "", allowed(host), longest=LONGEST, headers={}
    )


def test_addresses_of_clients_do_not_stop_sign_ins_at_the_same_host(host, held):
    """security.md RG07: whoever registers a client could keep everybody out otherwise."""
    host.serve("/token", b"{}")
    held(lambda: fetcher.post_form(f"{host.url}/", {}, allowed(host)), fetcher.OF_CLIENTS)

    assert redeem(host).status == 200


def test_sign_in_waits_its_turn_at_a_big_provider(host, held):
    """A crowd is no reason to turn somebody away; a provider that hangs is, after a second."""
    url = f"{host.url}/"
    host.serve("/token", b"{}")

    def post():
        fetcher.post_for_document(url, "", allowed(host), longest=LONGEST, headers={})

    release = held(post, fetcher.OF_SIGN_INS)
    with pytest.raises(FetchFailed) as failed:
        redeem(host)
    threading.Timer(0.2, release).start()

    assert failed.value.reason == "host_busy"
    assert redeem(host).status == 200


def test_names_that_clients_give_hold_no_sign_in(host, monkeypatch):
    """security.md RG07: a name server that is silent holds its look-up long after our deadline."""
    room = fetcher.OF_CLIENTS.resolvers
    taken = 0
    while room.acquire(blocking=False):
        taken += 1
    try:
        monkeypatch.setattr(fetcher, "SECONDS", 0.1)
        with pytest.raises(FetchFailed) as failed:
            fetcher.get(f"{host.url}/", allowed(host), longest=LONGEST, accept="text/plain")
        assert failed.value.reason == "too_slow"
        monkeypatch.setattr(fetcher, "SECONDS", 5)
        host.replies["/"] = Reply(b"well", headers={"Content-Type": "text/plain"})

        answer = fetcher.get(
            f"{host.url}/", allowed(host), longest=LONGEST, accept="text/plain",
            lane=fetcher.OF_SIGN_INS,
        )  # fmt: skip
    finally:
        for _ in range(taken):
            room.release()
    assert answer.body == b"well"
