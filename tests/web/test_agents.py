"""What a browser calls itself, in words its owner recognises."""

from __future__ import annotations

import pytest

from app.web import agents

MOZILLA = "Mozilla/5.0"
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"

pytestmark = pytest.mark.one_engine


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            f"{MOZILLA} (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Linux",
        ),
        (f"{MOZILLA} (Windows NT 10.0) {WEBKIT} Chrome/140.0 Safari/537.36", "Chrome on Windows"),
        (f"{MOZILLA} (Windows NT 10.0) {WEBKIT} Chrome/140 Safari/537 Edg/140", "Edge on Windows"),
        (f"{MOZILLA} (Linux; Android 15) {WEBKIT} Chrome/140 Mobile", "Chrome on Android"),
        (f"{MOZILLA} (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1", "Safari on iPhone"),
        ("curl/8.0", "curl"),
        ("", "Unknown browser"),
        ("<script>", "Unknown browser"),
    ],
)
def test_browser_and_system_are_named(app, agent, words):
    with app.test_request_context():
        assert agents.describe(agent) == words
