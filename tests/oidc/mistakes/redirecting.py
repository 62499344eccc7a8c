"""A redirect address that is nearly right."""

from __future__ import annotations

from functools import partial

from tests import factories
from tests.oidc.mistakes.bench import Bench, Mistake, Seen

REGISTERED = "https://rp.example/callback"
LOCAL = "http://127.0.0.1:8000/callback"
ELSEWHERE = "https://other.example/back"
#: What is sent, and the cause to be named.
NEARLY = {
    "https://rp.example/callback/": "trailing_slash",
    "http://rp.example/callback": "proxy_http",
    "https://rp.example:8443/callback": "port",
    "https://rp.example:443/callback": "default_port",
    "https://RP.example/callback": "case",
    "https://rp.example/Callback": "case",
    "https://rp.example/%63allback": "percent_encoding",
    "https%3A%2F%2Frp.example%2Fcallback": "encoded_twice",
    "https://www.rp.example/callback": "www",
    "https://staging.rp.example/callback": "host",
    "https://rp.example/oauth/callback": "path",
    "https://rp.example/callback?tenant=a": "query",
    "https://rp.example/callback#done": "fragment",
    "https://rp.example/*": "wildcard",
    "https://rp.example/callback ": "whitespace",
    "https://me:password@rp.example/callback": "user_info",
    "rp.example/callback": "not_absolute",
    "https://quite.different.example/": "unregistered",
    "http://localhost:8000/callback": "loopback_name",
    "http://127.0.0.1:9000/callback": "port",
    "http://192.168.1.7:8000/callback": "insecure",
    ELSEWHERE: "other_client",
}


def _sent(address: str, bench: Bench) -> Seen:
    scene = bench.scene(redirect_uris=[REGISTERED, LOCAL])
    factories.client(redirect_uris=[ELSEWHERE])
    return bench.page(scene, redirect_uri=address)


def _missing(bench: Bench) -> Seen:
    return bench.page(bench.scene(), redirect_uri=None)


def _with_a_token(bench: Bench) -> Seen:
    token = bench.scene().tokens()["access_token"]
    return bench.page(bench.scene(), redirect_uri=f"{REGISTERED}?access_token={token}")


MISTAKES = [
    *(
        Mistake(
            f"address {address!r}", partial(_sent, address), "redirect_uri_mismatch", cause=cause
        )
        for address, cause in NEARLY.items()
    ),
    Mistake("no address", _missing, "redirect_uri_missing"),
    Mistake("a token in the address", _with_a_token, "redirect_uri_mismatch", cause="query"),
]
