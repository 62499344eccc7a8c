"""Code and settings to paste, and the line that waits for the first sign-in (ux.md 2.17)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from app.services.authorization.attempts import Trace
from app.services.clients import owners
from app.web.admin import stacks
from app.web.admin.filled import PLACEHOLDER
from tests import factories
from tests.administrators import browser_of
from tests.chromium import visiting
from tests.gallery.served import with_chromium
from tests.relying_party import CALLBACK


@pytest.fixture
def desk(app, db):
    """Return the browser of an administrator."""
    assert db.engine
    return browser_of(app, factories.admin("ada@people.example"))


@pytest.fixture
def client(db):
    """Return a web application."""
    assert db.engine
    return factories.client(client_name="Photo Box").client


def page(client, name=""):
    """Return where the snippets are, or one of them."""
    return f"/admin/applications/{client.client_id}/snippets{f'?for={name}' if name else ''}"


def progress(browser, client):
    """Return what the script of the page is told."""
    browser.open(f"/admin/applications/{client.client_id}/first-sign-in")
    assert browser.answer.headers["content-type"] == "application/json"
    assert "no-store" in browser.answer.headers["cache-control"]
    return json.loads(browser.answer.text)


def attempt(db, client, endpoint, outcome, reason=""):
    """Let somebody have tried to sign in; return the reference."""
    trace = Trace(endpoint, client_id=client.client_id)
    trace.reason = reason
    trace.write(outcome)
    db.session.commit()
    return trace.reference


def test_every_stack_is_reached_by_a_link(desk, client):
    """ux.md 2.17, "tabbed snippets", and 1.2: without script too."""
    desk.open(f"/admin/applications/{client.client_id}").follow("Code and settings to paste")
    for _, group in stacks.offered("web"):
        for stack in group:
            desk.follow(stack.title)
            assert client.client_id in desk.element(f"snippet-{stack.name}").text


def test_kept_page_marks_the_place_of_the_secret(desk, client):
    """security.md RG10: the secret is returned once, and no page shows it again."""
    desk.open(page(client, "flask"))

    assert PLACEHOLDER in desk.element("snippet-flask").text
    assert desk.sees("We keep only a fingerprint of the secret")


def test_new_secret_is_filled_in(desk, client):
    """ux.md 2.17: real values filled in, also for a secret that is added later."""
    desk.open(f"/admin/applications/{client.client_id}").press("add-secret")
    secret = desk.element("client-secret").text

    assert secret in desk.element("snippet-node").text
    assert secret not in desk.open(page(client, "node")).answer.text


@pytest.mark.parametrize(
    ("kind", "some", "none"),
    [
        ("spa", "browser", "flask"),
        ("native", "curl", "node"),
        ("device", "curl_device", "curl"),
        ("machine", "curl_machine", "curl"),
    ],
)
def test_kind_decides_which_stacks_there_are(desk, db, kind, some, none):
    assert db.engine
    members = {} if kind in {"device", "machine"} else {"redirect_uris": [CALLBACK]}
    found = factories.client(kind, **members).client

    assert desk.open(page(found, some)).has(f"snippet-{some}")
    assert not desk.open(page(found, none)).has(f"snippet-{none}"), "one it has stands there"
    assert PLACEHOLDER in desk.open(page(found, "env")).answer.text or kind != "machine"
    assert PLACEHOLDER not in desk.answer.text or kind == "machine"


def test_address_of_the_stack_is_named_when_it_is_not_registered(desk, client):
    """Redirect addresses match exactly: a stack with a place of its own would be refused."""
    desk.open(page(client, "grafana"))

    assert desk.sees("This address is not registered")
    assert desk.sees("https://rp.example/login/generic_oauth")
    desk.follow("Add it to the redirect addresses")
    assert desk.has("redirect_uris")


def test_registered_address_of_the_stack_is_taken(desk, db):
    assert db.engine
    own = "https://grafana.example/login/generic_oauth"
    found = factories.client(redirect_uris=[CALLBACK, own]).client

    desk.open(page(found, "grafana"))

    assert not desk.sees("This address is not registered")
    assert "root_url = https://grafana.example/" in desk.element("snippet-grafana").text


def test_stack_that_proves_itself_in_another_way_is_named(desk, client):
    """The method that is registered is the only one that is taken (OIDC Registration §2)."""
    desk.open(page(client, "nextcloud"))
    assert desk.sees("It proves itself in another way")
    desk.follow("Change how it proves itself")
    assert desk.has("token_endpoint_auth_method")

    assert not desk.open(page(client, "flask")).sees("It proves itself in another way")


def test_line_waits_until_the_application_has_its_tokens(desk, client, db):
    """ux.md 2.17: "Waiting for first sign-in…" turns into "First sign-in worked"."""
    assert progress(desk, client)["state"] == "waiting"

    reference = attempt(db, client, "authorize", "refused", "redirect_uri_mismatch")
    told = progress(desk, client)
    assert told["state"] == "refused"
    assert told["detail"]
    assert told["url"] == f"/admin/attempts/{reference}"

    attempt(db, client, "authorize", "ok")  # a code alone does not show that it can be redeemed
    assert progress(desk, client)["state"] == "waiting"

    attempt(db, client, "token", "ok")
    told = progress(desk, client)
    assert told["state"] == "worked"
    assert told["title"].startswith("First sign-in worked, ")

    attempt(db, client, "token", "refused", "code_expired")
    assert progress(desk, client)["state"] == "worked", "what worked once has worked"


def test_line_does_not_date_what_it_no_longer_knows(app, client, db, clock, settings):
    """The first traces of an older application are purged."""
    clock.move(settings.attempts_kept + timedelta(days=1))
    attempt(db, client, "token", "ok")
    desk = browser_of(app, factories.admin())

    assert progress(desk, client)["title"] == "Sign-in works."


def test_owner_sees_what_is_theirs_and_nothing_else(app, client, jane, db):
    """security.md AD01 and CVE-2026-105209: an application of others is as one that is not."""
    owners.add(client, jane)
    db.session.commit()
    browser, foreign = browser_of(app, jane), factories.client().client

    assert browser.open(page(client)).status == 200
    assert progress(browser, client)["state"] == "waiting"
    for path in ("snippets", "first-sign-in"):
        assert browser.open(f"/admin/applications/{foreign.client_id}/{path}").status == 403


@with_chromium
def test_line_turns_green_while_the_page_is_open(origin):
    """ux.md 2.17: poll, only while open; what comes is text and nothing else."""
    told = {"state": "worked", "title": "<b>Worked</b>", "detail": "", "url": ""}
    with visiting(origin) as shown:
        shown.clock.install()
        shown.route("**/first-sign-in", lambda it: it.fulfill(json=told))
        shown.goto(f"{origin}/__ui__/admin/snippets/waiting")
        assert shown.is_visible("#look-again")

        shown.clock.run_for(3500)
        shown.locator("#first-sign-in[data-now=worked]").wait_for()

        assert shown.inner_text("#first-sign-in [data-part=title]") == "<b>Worked</b>"
        assert shown.is_visible("#first-sign-in .worked")
        assert not shown.is_visible("#first-sign-in .waiting")
        assert not shown.locator("#look-again").count()
