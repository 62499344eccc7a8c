"""Every URL there is, seen in one place: none comes or goes unnoticed."""

from __future__ import annotations

import pytest

from tests.house.snapshots import ROUTES, routes_of

pytestmark = pytest.mark.one_engine


def test_urls_are_those_of_the_snapshot(app):
    expected = ROUTES.read_text(encoding="utf-8")

    assert routes_of(app) == expected, "look at the difference; `make snapshots` accepts it"


def test_a_local_issuer_adds_the_mailbox_alone(app, make_app):
    local = make_app(issuer="http://localhost:8000")

    added = set(routes_of(local).splitlines()) - set(routes_of(app).splitlines())

    mailbox = {"/dev/mail", "/dev/mail/<name>", "/dev/mail/<name>/page"}
    assert {line.split()[0] for line in added} <= mailbox
