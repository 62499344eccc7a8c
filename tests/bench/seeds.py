"""Seeds: what the server must hold before it is measured, made by its own commands and pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from tests.browser import Browser
from tests.command_line import CommandLine
from tests.relying_party import RelyingParty, basic
from tests.servers import LiveServer
from tests.transports import HttpxTransport

PASSWORD = "correct horse battery staple 9"
CALLBACK = "http://localhost:9/callback"  # nobody listens: the answer is read from the redirect


@dataclass
class Seeds:
    """Clients of every kind that is raced, and people who are signed in and have consented."""

    server: LiveServer
    web: RelyingParty
    machine: RelyingParty
    tv: RelyingParty
    browsers: list[Browser]
    emails: list[str]

    @property
    def cookies(self) -> list[str]:
        """Return the Cookie header of every browser."""
        return [browser.cookie_header()["Cookie"] for browser in self.browsers]

    def tokens(self, browser: Browser) -> dict[str, str]:
        """Walk a silent flow and return its tokens."""
        self.web.authorize(browser)
        answer = self.web.redeem(self.web.callback(browser).code)
        assert answer.status == 200, answer.text
        return answer.json

    def refresh_tokens(self, number: int) -> list[str]:
        """Return so many refresh tokens, each of a family of its own."""
        browsers = [self.browsers[turn % len(self.browsers)] for turn in range(number)]
        return [self.tokens(browser)["refresh_token"] for browser in browsers]

    def sign_in_forms(self) -> Iterator[str]:
        """Yield filled sign-in forms: Cookie header, tab, body."""
        for email in self.emails:
            browser = Browser(self.web.transport, self.server.url).open("/login/sign-in")
            filled = browser.fill("sign-in", username=email, password=PASSWORD)
            assert urlsplit(filled.url).path == "/login/sign-in", filled.url
            yield f"{browser.cookie_header()['Cookie']}\t{urlencode(filled.fields)}"


@contextmanager
def planted(server: LiveServer, *, people: int) -> Iterator[Seeds]:
    """Register clients and people, sign each person in and let them consent."""
    transport = HttpxTransport()
    try:
        yield _plant(server, transport, people)
    finally:
        transport.close()


def _plant(server: LiveServer, transport: HttpxTransport, people: int) -> Seeds:
    operator = CommandLine(server.settings)
    made = operator.create_client("Bench", "--type", "web", redirect_uri=CALLBACK)
    web = RelyingParty(
        transport,
        server.url,
        client_id=made.client_id,
        client_secret=made.client_secret,
        redirect_uri=CALLBACK,
    )
    web.scope = "openid profile email offline_access"
    own = operator.create_client("Bench machine", "--type", "machine")
    machine = RelyingParty(
        transport, server.url, client_id=own.client_id, client_secret=own.client_secret
    )
    screen = operator.create_client("Bench TV", "--type", "device")
    tv = RelyingParty(transport, server.url, client_id=screen.client_id)
    emails = [f"bench{number}@example.org" for number in range(1, people + 1)]
    browsers = []
    for email in emails:
        operator.create_user(email, PASSWORD, "--name", "Bench Person")
        browser = Browser(transport, server.url)
        web.sign_in(browser, email, PASSWORD)
        browsers.append(browser)
    return Seeds(server, web, machine, tv, browsers, emails)


def credentials(party: RelyingParty) -> str:
    """Return the Authorization header of a client."""
    return basic(party.client_id, party.client_secret or "")


def piece(pattern: str, text: str) -> str:
    """Return the part of a probe's answer that every good answer must hold."""
    found = re.search(pattern, text)
    assert found is not None, f"no {pattern!r} in {text[:300]}"
    return found[0]
