"""Measures: what is driven, and the rate the project has set itself for it on SQLite."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from app.security.batches import MOST_AT_ONCE
from tests.bench.load import Load, Pace
from tests.bench.seeds import CALLBACK, Seeds, credentials, piece

#: A batch of hashes for each worker: more would only queue.
SIGN_IN_CONNECTIONS = 2 * MOST_AT_ONCE
FLOW_CONNECTIONS = 16


@dataclass(frozen=True)
class Measure:
    """One row of the table."""

    name: str
    #: Operations a second; for sign-ins the percentage of what the hash alone allows.
    target: int
    load: Callable[[Seeds, Pace], Load]


def _discovery(seeds: Seeds, _pace: Pace) -> Load:
    return _fetch(seeds, f"{seeds.server.url}/.well-known/openid-configuration")


def _jwks(seeds: Seeds, _pace: Pace) -> Load:
    return _fetch(seeds, seeds.web.metadata["jwks_uri"])


def _fetch(seeds: Seeds, url: str) -> Load:
    probe = seeds.web.transport.send("GET", url)
    assert probe.status == 200, probe.text
    return Load("request.lua", url)


def _client_credentials(seeds: Seeds, _pace: Pace) -> Load:
    probe = seeds.machine.client_credentials()
    assert probe.status == 200, probe.text
    assert probe.json["access_token"].count(".") == 2, "the token is no JWT"
    body = {"grant_type": "client_credentials"}
    return _posting(seeds.machine.endpoint("token"), body, credentials(seeds.machine))


def _userinfo(seeds: Seeds, _pace: Pace) -> Load:
    token = seeds.tokens(seeds.browsers[0])["access_token"]
    probe = seeds.web.userinfo(token)
    assert probe.status == 200, probe.text
    words = {"AUTH": f"Bearer {token}", "EXPECT": piece(r'"sub"\s*:\s*"[^"]+"', probe.text)}
    return Load("request.lua", seeds.web.endpoint("userinfo"), words)


def _introspection(seeds: Seeds, _pace: Pace) -> Load:
    token = seeds.tokens(seeds.browsers[0])["access_token"]
    probe = seeds.web.introspect(token)
    expected = piece(r'"active"\s*:\s*true', probe.text)
    url = seeds.web.endpoint("introspection")
    return _posting(url, {"token": token}, credentials(seeds.web), expected)


def _posting(url: str, form: dict[str, str], auth: str, expected: str = '"access_token"') -> Load:
    words = {"METHOD": "POST", "BODY": urlencode(form), "AUTH": auth, "EXPECT": expected}
    return Load("request.lua", url, words)


def _refresh(seeds: Seeds, pace: Pace) -> Load:
    # More chains than connections: a token must be free whenever a connection is.
    number = pace.connections + 8
    warm = seeds.refresh_tokens(number) if pace.warm_seconds else []
    words = {"PATH": _path(seeds.web.endpoint("token")), "AUTH": credentials(seeds.web)}
    return Load("refresh.lua", seeds.server.url, words, (warm, seeds.refresh_tokens(number)))


def _flow(seeds: Seeds, _pace: Pace) -> Load:
    # The nonce keeps its place in letters that need no encoding.
    url = urlsplit(seeds.web.authorization_url(nonce="NONCE"))
    assert seeds.web.sent is not None, "no request was made"
    form = {
        "grant_type": "authorization_code",
        "code_verifier": seeds.web.sent.verifier,
        "redirect_uri": CALLBACK,
    }
    words = {
        "AUTHORIZE": f"{url.path}?{url.query}",
        "PATH": _path(seeds.web.endpoint("token")),
        "AUTH": credentials(seeds.web),
        "BODY": f"{urlencode(form, quote_via=quote)}&code=CODE",
    }
    lines = (seeds.cookies, seeds.cookies)
    return Load("flow.lua", seeds.server.url, words, lines, FLOW_CONNECTIONS)


def _sign_in(seeds: Seeds, _pace: Pace) -> Load:
    forms = list(seeds.sign_in_forms())
    words = {"PATH": "/login/sign-in", "ORIGIN": seeds.server.url}
    return Load("sign_in.lua", seeds.server.url, words, (forms, forms), SIGN_IN_CONNECTIONS)


def _path(url: str) -> str:
    return urlsplit(url).path


MEASURES = (
    Measure("discovery", 20_000, _discovery),
    Measure("jwks", 20_000, _jwks),
    Measure("client-credentials", 2_500, _client_credentials),
    Measure("userinfo", 2_500, _userinfo),
    Measure("introspection", 2_000, _introspection),
    Measure("refresh", 700, _refresh),
    Measure("flow", 300, _flow),
    Measure("sign-in", 85, _sign_in),
)
