"""Client libraries that we did not write, unmodified: only the wire between us is ours."""

from __future__ import annotations

import re

import pytest
import responses

from tests import factories
from tests.browser import Browser
from tests.factories import PASSWORD
from tests.transports import FlaskTransport


@pytest.fixture
def provider(make_app, settings):
    """Return the way to a provider with all that a relying party may ask for switched on."""
    app = make_app(legacy_response_types=True, registration="open")
    return FlaskTransport(app)


@pytest.fixture
def wire(provider, settings):
    """Let whatever `requests` sends to the issuer arrive in this process."""

    def deliver(sent):
        body = sent.body or b""
        content = body if isinstance(body, bytes) else body.encode()
        answer = provider.send(sent.method, sent.url, headers=dict(sent.headers), content=content)
        return answer.status, dict(answer.headers), answer.content

    with responses.RequestsMock(assert_all_requests_are_fired=False) as network:
        for method in ("GET", "POST", "PUT", "DELETE"):
            at = re.compile(re.escape(settings.issuer))
            network.add_callback(method, at, deliver, content_type=None)
        yield network


@pytest.fixture
def browser(provider, settings):
    """Return the browser of the person who signs in."""
    return Browser(provider, settings.issuer)


@pytest.fixture
def jane(db):
    """Make the person who signs in; return the address and the password."""
    assert db.engine, "a context of the application is open"
    return factories.user("jane@people.example", name="Jane Doe").email, PASSWORD
