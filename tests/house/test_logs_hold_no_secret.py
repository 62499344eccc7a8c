"""What is logged never holds a secret, whatever the level.

Every other test is watched for the same in tests/conftest.py.
"""

from __future__ import annotations

import json
import logging
from io import StringIO

import pytest

from app.logs import HIDDEN, SECRET_NAMES, hide_secrets
from tests import factories, secrets_seen
from tests.browser import Browser
from tests.factories import PASSWORD
from tests.relying_party import RelyingParty
from tests.servers import live_server
from tests.transports import HttpxTransport

pytestmark = pytest.mark.one_engine


@pytest.fixture
def talkative(make_app, app):
    """Make an application that logs everything it can."""
    yield make_app(log_level="DEBUG")
    logging.getLogger().setLevel(app.extensions["sealwax.settings"].log_level)


@pytest.fixture
def log(talkative):
    """Give what is logged, as text."""
    (handler,) = [kept for kept in talkative.logger.root.handlers if hasattr(kept, "sealwax")]
    stream = StringIO()
    usual = handler.setStream(stream)
    yield stream
    handler.setStream(usual)


@pytest.mark.usefixtures("db")
def test_a_whole_sign_in_leaves_no_secret_in_the_servers_log(settings):
    person, registered = factories.user(), factories.client()
    screen = factories.client("device")

    with live_server(settings.model_copy(update={"log_level": "DEBUG"})) as server:
        transport = HttpxTransport()
        rp = RelyingParty(
            transport,
            server.url,
            client_id=registered.client_id,
            client_secret=registered.secret,
        )
        browser = Browser(transport, server.url)
        tokens = rp.sign_in(browser, person.email, PASSWORD, scope="openid offline_access")
        rp.refresh(tokens["refresh_token"])
        rp.refresh("swx_rt_nobody-has-this-token")
        rp.userinfo(tokens["access_token"])
        rp.introspect(tokens["access_token"])
        tv = RelyingParty(transport, server.url, client_id=screen.client_id)
        codes = tv.ask_for_codes(scope="openid").json
        browser.open(codes["verification_uri_complete"]).press("continue").press("connect")
        assert tv.poll(codes["device_code"]).status == 200
        transport.close()
        written = server.log()

    assert written.count("/token") >= 3, written
    assert "/authorize" in written
    assert "/device_authorization" in written
    assert not secrets_seen.search({"the log": written})


@pytest.mark.parametrize("name", sorted(SECRET_NAMES))
def test_a_field_named_like_a_secret_is_hidden(name):
    hidden = hide_secrets(None, "info", {"event": "sign-in", name: "the value"})

    assert hidden == {"event": "sign-in", name: HIDDEN}


def test_each_log_line_is_one_json_object(log):
    logging.getLogger("some.library").warning("two\nlines")

    (line,) = log.getvalue().splitlines()
    assert json.loads(line)["event"] == "two\nlines"


@pytest.mark.usefixtures("talkative")
def test_authlib_does_not_log_token_responses():
    assert not logging.getLogger("authlib.oauth2").isEnabledFor(logging.DEBUG)
