"""Terms and a few more details on the way to an application, in a real browser (ux.md 2.2)."""

import pytest
from playwright.sync_api import expect

from tests import chromium, factories
from tests.chromium import visiting
from tests.journeys.programs import example
from tests.journeys.visitor import PASSWORD, Visitor
from tests.secrets_seen import remember
from tests.servers import free_port, live_server

pytestmark = [
    pytest.mark.browser,
    pytest.mark.one_engine,
    pytest.mark.skipif(not chromium.program(), reason=chromium.NO_CHROMIUM),
]
ANA, JOE = "ana@people.example", "joe@people.example"
WANTED = {
    "terms_version": "2026-11",
    "terms_url": "https://people.example/terms",
    "sign_up_asks": ("birthdate", "phone_number*"),
    "run_jobs": False,
}


@pytest.fixture(params=[True, False], ids=["with_javascript", "without_javascript"])
def script(request):
    """Return the options of a browser that runs scripts, or of one that does not."""
    return {"java_script_enabled": request.param}


@pytest.fixture(scope="module")
def served(request, _stages):
    """Run a server whose settings want an agreement and a phone number of everybody."""
    settings = _stages("sqlite").settings.model_copy(update=WANTED)
    with live_server(settings) as server:
        yield server


@pytest.fixture
def box(db, served):
    """Run an application at that provider."""
    assert db.engine, "a context of the application is open"
    port = free_port()
    made = factories.client(
        client_name="Photo Box", redirect_uris=[f"http://localhost:{port}/callback"]
    )
    settings = {"CLIENT_ID": made.client_id, "CLIENT_SECRET": made.secret, "ISSUER": served.url}
    with example("relying_party", PORT=str(port), **settings) as url:
        yield url


def heading(page):
    return page.locator("h1")


def test_newcomer_ticks_the_terms_and_says_what_is_needed(served, box, script):
    with visiting(served.url, box, **script) as page:
        ana = Visitor(page, served.url)
        page.goto(box)
        ana.press("sign-in")
        page.get_by_role("link", name="Create an account").click()
        page.fill("#email", ANA)
        page.fill("#password", remember(PASSWORD))
        ana.press("register")  # without the tick: the page says so, or the browser without script
        expect(heading(page)).to_have_text("Create your account")
        page.fill("#password", PASSWORD)
        page.check("#agree")
        ana.press("register")
        page.fill("#code", remember(ana.code_for(ANA)))
        ana.press("confirm")

        expect(heading(page)).to_have_text("A few more details")
        ana.press("save")
        expect(page.locator("#phone_number-error")).to_contain_text("Fill this in")
        page.fill("#phone_number", "+33 1 23 45 67 89")
        ana.press("save")

        expect(heading(page)).to_contain_text("Photo Box")
        ana.press("allow")
        assert ana.claims("userinfo")["email"] == ANA


def test_person_who_is_there_already_passes_both_pages(served, box, script):
    factories.user(JOE, password=PASSWORD, name="Joe")
    with visiting(served.url, box, **script) as page:
        joe = Visitor(page, served.url)
        page.goto(box)
        joe.press("sign-in")
        joe.sign_in(JOE)
        expect(heading(page)).to_have_text("Agree to the terms")
        joe.press("sign-out")
        assert joe.path() == "/login/sign-in"
        joe.sign_in(JOE)
        joe.press("agree")
        expect(heading(page)).to_have_text("A few more details")
        page.fill("#phone_number", "+33 1 23 45 67 89")
        joe.press("save")

        joe.press("allow")
        expect(heading(page)).to_have_text("Hello, Joe")
