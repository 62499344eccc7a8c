"""A worker that has just started, and several who ask for the same document at once."""

from concurrent.futures import ThreadPoolExecutor, wait
from threading import Event

import pytest

from app.services.authorization import keys
from tests.transports import FlaskTransport

pytestmark = [pytest.mark.race, pytest.mark.one_engine]
LONGEST_WAIT_SECONDS = 10


def test_key_set_is_not_refused_while_another_request_reads_it(make_app, settings, monkeypatch):
    """RFC 7517: who asks second waits for the first read, and is not told there are no keys."""
    reading, go_on = Event(), Event()
    read = keys.public_jwks

    def slowly():
        reading.set()
        go_on.wait(LONGEST_WAIT_SECONDS)
        return read()

    monkeypatch.setattr(keys, "public_jwks", slowly)
    transport = FlaskTransport(make_app())
    url = f"{settings.issuer}/jwks.json"
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(transport.send, "GET", url)
        assert reading.wait(LONGEST_WAIT_SECONDS)
        second = pool.submit(transport.send, "GET", url)
        hasty, _ = wait([second], timeout=0.3)
        go_on.set()
        answers = [first.result(), second.result()]

    assert not hasty, "the second answer did not wait for the keys"
    assert [answer.status for answer in answers] == [200, 200]
