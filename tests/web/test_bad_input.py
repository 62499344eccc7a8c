"""Whatever is sent to whichever address: a clear answer, never a fault of ours (security.md AZ04).

Every endpoint of the application is asked, with the methods it knows, with wrong types, repeated
names, NUL, surrogates, 100 kB values and broken headers; no answer is 500 or more, and nothing is
written but traces of attempts.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.database import Base
from tests import factories
from tests.administrators import browser_of
from tests.http import Http

MOST = 150
#: Tables that a refused request may write to: its trace, the request that waits, its throttles.
WRITTEN = {"attempt", "audit_event", "throttle", "interaction"}

KNOWN = (
    "device_code user_code "
    "client_id redirect_uri response_type response_mode scope state nonce prompt max_age code "
    "code_challenge code_challenge_method code_verifier grant_type refresh_token client_secret "
    "token token_type_hint access_token id_token_hint login_hint ui_locales request request_uri "
    "interaction next username password email name csrf_token page q reference x"
)
NAMES = st.sampled_from(KNOWN.split()) | st.text(max_size=20)
VALUES = (
    st.text(max_size=60)
    | st.sampled_from(["", "\x00", "a\r\nb", "\ud800", "☃" * 100, "-1", "9" * 400, "%00", "%ff%fe"])
    | st.sampled_from(["code", "openid", "authorization_code", "refresh_token", "S256", "none"])
    | st.just("x" * 100_000)
)
PAIRS = st.lists(st.tuples(NAMES, VALUES), max_size=8)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Authorization": st.sampled_from(
            [
                "Basic",
                "Basic !!",
                "Basic /////w==",
                "Bearer",
                "Bearer a.b.c",
                "Bearer \xff",
                "x" * 5000,
            ]
        ),
        "Cookie": st.sampled_from(
            ["__Host-sealwax=x", "__Host-sealwax=" + "y" * 5000, "__Host-sealwax-browser=\xff;;="]
        ),
        "Content-Type": st.sampled_from(
            ["application/x-www-form-urlencoded", "application/json", "multipart/form-data", "x/y"]
        ),
        "Accept-Language": st.sampled_from(["xx", "*;q=x", "fr-" * 200]),
        "Origin": st.sampled_from(["null", "https://evil.example", "\xff"]),
    },
)


def encoded(pairs: list[tuple[str, str]]) -> bytes:
    """Join pairs as a careless client does: some bytes escaped, some not."""
    parts = [f"{name}={value}".encode("utf-8", "surrogatepass") for name, value in pairs]
    return b"&".join(re.sub(rb"[\x00-\x20#?&]", b"%00", part) for part in parts)


def addresses(app: Flask) -> list[tuple[str, str]]:
    """Return every method and address, with something made up for each variable part."""
    found = []
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<[^>]*int:[^>]*>", "7", rule.rule)
        path = re.sub(r"<[^>]+>", "x%00%ff", path)
        found += [(method, path) for method in (rule.methods or ()) if method != "OPTIONS"]
    public = ("/jwks.json", "/.well-known/openid-configuration", "/nowhere", "/%00", "/%ff")
    return sorted({*found, *(("GET", path) for path in public)})


def rows(db: SQLAlchemy) -> dict[str, int]:
    """Return how many rows each table has that a bad request must not write to."""
    return {
        table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
        if table.name not in WRITTEN
    }


@pytest.mark.parametrize("signed_in", [False, True], ids=["stranger", "administrator"])
def test_nothing_that_is_sent_is_a_fault_of_ours(
    app: Flask, db: SQLAlchemy, http: Http, *, signed_in: bool
) -> None:
    """security.md AZ04: 0 responses of 500 or more; nothing written, nothing lost."""
    factories.client()
    if signed_in:
        http.set_cookie(
            "__Host-sealwax", factories.session(factories.admin())[1], domain="id.example"
        )
    known = st.sampled_from(addresses(app))
    before = rows(db)

    @settings(max_examples=MOST, deadline=None, suppress_health_check=list(HealthCheck))
    @given(address=known, query=PAIRS, body=PAIRS, headers=HEADERS)
    def ask(address: tuple[str, str], query: Any, body: Any, headers: dict[str, str]) -> None:
        method, path = address
        if signed_in and path == "/login/sign-out":
            return
        answer = http.open(
            path,
            method=method,
            query_string=encoded(query).decode("latin-1"),
            data=encoded(body) if method == "POST" else None,
            headers={"Content-Type": "application/x-www-form-urlencoded", **headers},
        )
        assert answer.status_code < 500, f"{method} {path}: {answer.text[:500]}"

    ask()
    assert rows(db) == before


@pytest.mark.parametrize("number", [2**31, 2**63, 10**40])
def test_number_that_no_row_can_have_is_not_found(app, db, number):
    """security.md AZ04: wherever an address names a row by its number."""
    browser = browser_of(app, factories.admin())
    named = [rule for rule in app.url_map.iter_rules() if "<int:" in rule.rule]
    assert len(named) > 8

    for rule in named:
        path = re.sub(r"<int:\w+>", str(number), rule.rule).replace("<client_id>", "nobody")
        assert browser.open(path).status in {404, 405}, path
        if "POST" in rule.methods:
            assert browser.post(path, {}).status in {404, 405}, path
