"""Importing people in a real browser, with and without scripts (ux.md 2.18, goal 7)."""

import pytest
from playwright.sync_api import expect

from tests import chromium, factories
from tests.chromium import visiting
from tests.journeys.visitor import PASSWORD, Visitor
from tests.servers import live_server

pytestmark = [
    pytest.mark.browser,
    pytest.mark.one_engine,
    pytest.mark.skipif(not chromium.program(), reason=chromium.NO_CHROMIUM),
]
ROOT = "root@people.example"
FILE = "email;first name;groups\nomar@new.example;Omar;\nnobody;;\n"


@pytest.fixture(params=[True, False], ids=["with_javascript", "without_javascript"])
def script(request):
    """Return the options of a browser that runs scripts, or of one that does not."""
    return {"java_script_enabled": request.param}


@pytest.fixture(scope="module")
def served(_stages):
    """Run a server where one step is enough for administrators."""
    wanted = {"second_step": "optional", "run_jobs": False}
    with live_server(_stages("sqlite").settings.model_copy(update=wanted)) as server:
        yield server


def test_administrator_imports_a_file(db, served, script):
    assert db.engine, "a context of the application is open"
    factories.user(ROOT, password=PASSWORD, is_admin=True)
    with visiting(served.url, **script) as page:
        root = Visitor(page, served.url)
        root.open("/admin/users")
        root.sign_in(ROOT)
        root.press("import")
        chosen = {"name": "people.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
        page.set_input_files("#file", files=[chosen])
        root.press("check")

        expect(page.locator("main")).to_contain_text("1 account will be made.")
        expect(page.locator("main")).to_contain_text("This is no whole address")
        page.uncheck("#tells")
        root.press("add")

        expect(page.locator("h1")).to_have_text("Import is done")
        root.press("show")
        expect(page.locator("main")).to_contain_text("omar@new.example")
