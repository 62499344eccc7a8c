"""The whole road, as a stranger walks it: from a new provider to claims in an application."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from app.database import commit
from app.services.people import set_up
from tests import chromium, factories
from tests.chromium import visiting
from tests.journeys.programs import example
from tests.journeys.visitor import PASSWORD, Visitor
from tests.secrets_seen import remember
from tests.servers import free_port

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not chromium.program(), reason=chromium.NO_CHROMIUM),
]
JANE = "jane@people.example"


@pytest.fixture(params=[True, False], ids=["with_javascript", "without_javascript"])
def script(request):
    """Return the options of a browser that runs scripts, or of one that does not."""
    return {"java_script_enabled": request.param}


@pytest.fixture
def set_up_link(db, live):
    """Return the one-time link that the server prints at its first start."""
    assert db.engine, "a context of the application is open"
    link = urlsplit(set_up.new_link())
    commit()
    remember(parse_qs(link.query)["token"][0])
    return f"{live.url}{link.path}?{link.query}"


@pytest.fixture
def storage(live):
    """Run the example resource server; it takes JWTs alone."""
    with example("resource_server", ISSUER=live.url) as url:
        yield url


def test_stranger_registers_an_application_and_signs_in(live, script, set_up_link, storage):
    port = free_port()
    with visiting(live.url, **script) as page:
        admin = Visitor(page, live.url)
        admin.set_up(set_up_link, "admin@people.example")
        client_id, secret = admin.register_application(
            "Photo Box", f"http://localhost:{port}/callback"
        )

    settings = {"CLIENT_ID": client_id, "CLIENT_SECRET": secret, "RESOURCE_URL": storage}
    settings |= {"ISSUER": live.url, "SCOPE": "openid profile email offline_access"}
    with example("relying_party", PORT=str(port), **settings) as box:
        with visiting(live.url, box, **script) as page:
            _sign_up_and_look_around(Visitor(page, live.url), box)
        with visiting(live.url, box, **script) as page:
            _come_back_from_another_device(Visitor(page, live.url), box)


def _sign_up_and_look_around(jane, box):
    page = jane.page
    page.goto(box)
    jane.press("sign-in")
    assert jane.path() == "/login/sign-in"
    jane.sign_up(JANE, "Jane Doe")

    expect(page.locator("h1")).to_contain_text("Photo Box")
    expect(page.locator("main")).to_contain_text(JANE)
    jane.press("allow")

    expect(page.locator("h1")).to_have_text("Hello, Jane Doe")
    identity, details = jane.claims("id-token"), jane.claims("userinfo")
    assert identity["iss"] == jane.provider
    assert details["sub"] == identity["sub"]
    assert (details["name"], details["email"], details["email_verified"]) == (
        "Jane Doe",
        JANE,
        "True",
    )
    assert "email" not in identity, "the ID token says more than who it is"

    _use_tokens(jane, box, identity)


def _use_tokens(jane, box, identity):
    page = jane.page
    jane.press("photos")
    expect(page.locator("#status")).to_have_text("200")
    expect(page.locator("#answer")).to_contain_text(identity["sub"])
    expect(page.locator("#answer")).to_contain_text("offline")

    page.goto(box)
    jane.press("refresh")
    assert jane.claims("userinfo")["sub"] == identity["sub"]

    jane.press("sign-out")
    jane.press("sign-in")  # the provider still knows her: no page stands in between
    assert jane.claims("userinfo")["sub"] == identity["sub"]


def _come_back_from_another_device(jane, box):
    page = jane.page
    page.goto(box)
    jane.press("sign-in")
    jane.sign_in(JANE)

    expect(page.locator("h1")).to_have_text("Hello, Jane Doe")  # consent is remembered


@pytest.mark.one_engine
def test_person_who_cancels_is_told_so_by_the_application(live, script, db):
    assert db.engine, "a context of the application is open"
    port = free_port()
    factories.user(JANE, password=PASSWORD)
    made = factories.client(redirect_uris=[f"http://localhost:{port}/callback"])
    settings = {"CLIENT_ID": made.client_id, "CLIENT_SECRET": made.secret}
    with (
        example("relying_party", PORT=str(port), ISSUER=live.url, **settings) as box,
        visiting(live.url, box, **script) as page,
    ):
        jane = Visitor(page, live.url)
        page.goto(box)
        jane.press("sign-in")
        jane.sign_in(JANE)
        jane.press("cancel")

        expect(page.locator("#error")).to_have_text("access_denied")
