"""Keys of clients: by value, and at an address that is asked once a minute at most."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from time import monotonic

import pytest

from app.models import RemoteDocument
from app.oidc.client_assertion import TYPE
from app.services.clients import remote_documents
from tests import factories
from tests.oidc.assertions import ask, refused
from tests.oidc.conftest import error_of
from tests.relying_party import RelyingParty
from tests.remote import Reply
from tests.signing import ClientKey, assertion_claims, client_key
from tests.transports import FlaskTransport

RIG = client_key()


@pytest.fixture
def elsewhere(db, make_app, remote, settings):
    """Return a client whose keys are at an address, and the host."""
    registered = factories.client(
        "machine",
        scope="photos:read",
        token_endpoint_auth_method="private_key_jwt",
        jwks_uri=f"{remote.url}/jwks",
    )
    transport = FlaskTransport(make_app(**remote.settings))
    return RelyingParty(transport, settings.issuer, client_id=registered.client_id), remote


def publish(remote, *keys: ClientKey) -> None:
    remote.serve("/jwks", json.dumps({"keys": [key.public for key in keys]}))


OLD, NEW = client_key("RS256", "old"), client_key("RS256", "new")


def test_keys_are_fetched_from_the_address_once(elsewhere):
    """protocol.md 6, oidcc-registration-jwks-uri."""
    rp, remote = elsewhere
    publish(remote, OLD)

    assert [ask(rp, OLD).status for _ in range(3)] == [200] * 3
    assert remote.count("/jwks") == 1


def test_unknown_key_makes_us_look_again_once_a_minute(elsewhere, clock):
    """OIDC Core §10.1.1; protocol.md 6, oidcc-refresh-token-rp-key-rotation."""
    rp, remote = elsewhere
    publish(remote, OLD)
    assert ask(rp, OLD).status == 200
    publish(remote, NEW)
    assert [ask(rp, NEW).status for _ in range(3)] == [401] * 3
    assert remote.count("/jwks") == 1

    clock.move(timedelta(seconds=60))

    assert ask(rp, NEW).status == 200
    assert refused(ask(rp, OLD))
    assert remote.count("/jwks") == 2


def test_key_that_was_taken_out_stops_working(elsewhere, clock):
    rp, remote = elsewhere
    publish(remote, OLD, NEW)
    assert ask(rp, OLD).status == 200
    publish(remote, NEW)

    clock.move(remote_documents.FRESH_FOR)

    assert refused(ask(rp, OLD))


def test_client_goes_on_while_its_host_is_down(elsewhere, clock, db):
    rp, remote = elsewhere
    publish(remote, OLD)
    assert ask(rp, OLD).status == 200
    remote.replies.clear()
    clock.move(timedelta(hours=1))

    assert ask(rp, OLD).status == 200
    assert db.session.query(RemoteDocument).one().fault == "status_404"

    clock.move(remote_documents.STALE_FOR)
    assert refused(ask(rp, OLD))


@pytest.mark.parametrize(
    "body", ["", "[]", '{"keys":[]}', "\xff", '{"keys":[{"kty":"oct","k":"AAAA"}]}', "<html>"]
)
def test_document_that_is_no_key_set_is_refused(elsewhere, body):
    rp, remote = elsewhere
    remote.serve("/jwks", body.encode("latin-1"))

    assert refused(ask(rp, OLD))


def test_many_at_once_fetch_once(elsewhere):
    rp, remote = elsewhere
    publish(remote, OLD)
    url = rp.endpoint("token")

    def send(_: int) -> int:
        form = {
            "grant_type": "client_credentials",
            "client_assertion": OLD.sign(assertion_claims(rp.client_id, rp.issuer)),
            "client_assertion_type": TYPE,
        }
        return rp.transport.send("POST", url, form=form).status

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(send, range(6))) == {200}
    assert remote.count("/jwks") == 1


def test_private_host_is_not_reached_without_leave(db, make_app, remote, settings):
    """security.md RG07."""
    publish(remote, OLD)
    registered = factories.client(
        "machine",
        scope="a:b",
        token_endpoint_auth_method="private_key_jwt",
        jwks_uri=f"{remote.url}/jwks",
    )
    rp = RelyingParty(FlaskTransport(make_app()), settings.issuer, client_id=registered.client_id)

    assert refused(ask(rp, OLD))
    assert remote.received == []
    assert db.session.query(RemoteDocument).one().fault == "private_address"


def test_host_that_drips_holds_nobody_longer_than_four_seconds(elsewhere):
    """security.md RG07: drop by drop, as long as anybody listens."""
    rp, remote = elsewhere

    def drip(request) -> None:
        with suppress(OSError):
            request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n")
            while not stopped.wait(0.2):
                request.wfile.write(b" ")

    stopped = threading.Event()
    remote.replies["/jwks"] = Reply(act=drip)
    begun = monotonic()

    assert refused(ask(rp, OLD))

    assert monotonic() - begun < 4
    stopped.set()


# --- what may be registered


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"token_endpoint_auth_method": "private_key_jwt", "jwks": None}, "jwks"),
        ({"jwks_uri": "https://rp.example/jwks"}, "jwks_uri"),
        ({"jwks": None, "jwks_uri": "http://rp.example/jwks"}, "jwks_uri"),
        ({"jwks": {}}, "jwks"),
        ({"jwks": {"keys": []}}, "jwks"),
        ({"jwks": {"keys": ["x"]}}, "jwks"),
        ({"jwks": {"keys": [{"kty": "oct", "k": "AAAA"}]}}, "jwks"),
        ({"jwks": {"keys": [{"kty": "RSA", "e": "AQAB", "n": "sXch"}]}}, "jwks"),
        ({"jwks": {"keys": [client_key(bits=1024).public]}}, "jwks"),
        ({"jwks": {"keys": [{"kty": "RSA", "e": "AQAB", "n": "x" * 20_000}]}}, "jwks"),
        ({"jwks": {"keys": [{**RIG.public, "d": "AAAA"}]}}, "jwks"),
        ({"jwks": "x"}, "jwks"),
    ],
)
def test_unusable_keys_are_refused_at_registration(open_to_all, members, field):
    """RFC 7591 §3.2.2."""
    answer = open_to_all.register(**{"jwks": RIG.jwks, **members})

    assert error_of(answer) == "invalid_client_metadata"
    assert answer.json["error_description"].startswith(field)


def test_key_of_a_kind_we_do_not_know_is_passed_over(open_to_all):
    """RFC 7517 §5."""
    unknown = {"kty": "AKP", "alg": "ML-DSA-44", "pub": "AAAA"}

    answer = open_to_all.register(jwks={"keys": [unknown, RIG.public]})

    assert answer.status == 201
