"""Every template in every state: fit for everybody, within its weight, nothing inline (ux.md 3)."""

from __future__ import annotations

import gzip
import hashlib
import re
import socket
import threading
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from tests.chromium import NO_CHROMIUM, program, visiting
from tests.gallery.site import make_site
from tests.gallery.states import STATES
from tests.pages import Page, check_house
from tests.transports import FlaskTransport

ROOT = Path(__file__).resolve().parents[2]
AXE = (ROOT / "tests/vendor/axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: Where the form of the form_post page goes.
AN_APP = "https://photos.example"
SCRIPT = "text/javascript"
#: Contrast of 7:1 where an end user reads.
RUN_AXE = """async ({tags, enhanced}) => {
  const rules = enhanced ? {"color-contrast-enhanced": {enabled: true}} : {};
  const found = await axe.run(document, {runOnly: {type: "tag", values: tags}, rules,
    resultTypes: ["violations"]});
  return found.violations.map(({id, nodes}) =>
    `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
}"""
SCROLLS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
#: Two of each kind, every pair of them once: direction, then colour scheme and width.
LOOKS = {
    "": (("light", 1280), ("dark", 320)),
    "?rtl": (("dark", 1280), ("light", 320)),
}
#: WCAG 1.4.12; an adopted sheet, because the policy refuses inline ones.
SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important } p { margin-block-end: 2em !important }`);
  document.adoptedStyleSheets = [sheet];
}"""
FOCUS = """() => {
  const element = document.activeElement, style = getComputedStyle(element);
  const around = getComputedStyle(element.closest(".choice, .scope") ?? element);
  const seen = [style, around].some((look) =>
    look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 3);
  return {name: element.id || element.textContent.trim() || element.tagName, seen};
}"""

PATHS = [state.path for state in STATES]


def with_chromium(test):
    """Mark a test that looks at the pages in a browser."""
    test = pytest.mark.skipif(program() is None, reason=NO_CHROMIUM)(test)
    return pytest.mark.browser(pytest.mark.usefixtures("_served")(test))


@pytest.fixture(scope="module")
def listener():
    """Return a socket that listens, so that the issuer is known before the application is."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.fixture(scope="module")
def origin(listener):
    """Return the address of the gallery."""
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture(scope="module")
def site(origin):
    """Return the application with the gallery."""
    return make_site(origin)


@pytest.fixture(scope="module")
def _served(listener, origin, site):
    port = listener.getsockname()[1]
    server = make_server("127.0.0.1", port, site, threaded=True, fd=listener.fileno())
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield
    server.shutdown()
    thread.join()
    server.server_close()


def _page(site, path):
    issuer = site.extensions["sealwax.settings"].issuer
    return Page(FlaskTransport(site).send("GET", f"{issuer}/__ui__/{path}"))


def test_gallery_shows_every_page():
    folders = ("login", "account", "setup", "dev", "errors", "admin")
    pages = {
        str(file.relative_to(ROOT / "templates"))
        for folder in folders
        for file in (ROOT / "templates" / folder).glob("*.html")
    }

    assert pages == {state.template for state in STATES}


@pytest.mark.parametrize("path", PATHS)
def test_state_keeps_the_house_rules(site, path):
    check_house(_page(site, path))


def test_every_state_has_a_title_of_its_own(site):
    titles = {}
    for state in STATES:
        titles.setdefault(_page(site, state.path).title.removeprefix("Error: "), set()).add(
            state.template
        )

    assert not {title: found for title, found in titles.items() if len(found) > 1}


@with_chromium
@pytest.mark.parametrize("template", sorted({state.template for state in STATES}))
def test_page_is_fit_for_everybody(origin, template):
    faults = []
    with visiting(origin, reduced_motion="reduce") as page:
        page.context.add_init_script(AXE)
        if template == "login/form_post.html":  # it would leave at once
            page.route("**/autosubmit.js*", lambda it: it.fulfill(content_type=SCRIPT))
        for state in STATES:
            if state.template == template:
                faults += _faults(page, f"{origin}/__ui__/{state.path}")

    assert not faults, "\n".join(faults)


def _faults(page, url):
    options = {"tags": RULES, "enhanced": not url.split("/__ui__/")[1].startswith("admin/")}
    for query, looks in LOOKS.items():
        page.goto(url + query)
        for scheme, width in looks:
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)
            look = f"{url}{query} {scheme} {width}"
            yield from (f"{look}: {fault}" for fault in page.evaluate(RUN_AXE, options))
            if page.evaluate(SCROLLS):
                yield f"{look}: scrolls sideways"
    page.evaluate(SPACED)
    if page.evaluate(SCROLLS):
        yield f"{url}: scrolls sideways with more space in the text"


#: Kilobytes and requests from an empty cache, nothing compressed.
WEIGHTS = [
    ("login/sign_in/plain", 60, 7),
    ("login/sign_up/plain", 60, 7),
    ("login/consent/first", 60, 7),
    ("account/home/plain", 80, 10),
    ("admin/clients/some", 120, 10),
    ("admin/client/plain", 120, 10),
    ("admin/client_created/web", 120, 10),
]


@with_chromium
@pytest.mark.parametrize(("path", "kilobytes", "requests"), WEIGHTS)
def test_page_is_light(origin, path, kilobytes, requests):
    with visiting(origin) as page:
        answers = []
        page.on("requestfinished", lambda request: answers.append(request.response()))
        page.goto(f"{origin}/__ui__/{path}", wait_until="networkidle")
        weight = sum(len(answer.body()) for answer in answers)

    assert len(answers) <= requests, [answer.url for answer in answers]
    assert weight <= kilobytes * 1024


def test_style_sheets_and_scripts_are_small():
    css = ROOT / "static/css"
    sizes = {file.name: file.stat().st_size for file in (ROOT / "static/js").glob("*.js")}

    assert len((css / "app.css").read_bytes()) <= 40 * 1024
    assert len(gzip.compress((css / "app.css").read_bytes())) <= 10 * 1024
    assert len((css / "admin.css").read_bytes()) <= 25 * 1024
    assert not {name: size for name, size in sizes.items() if size > 3 * 1024}


@pytest.mark.parametrize("folder", ["static/vendor", "tests/vendor"])
def test_files_of_others_are_what_they_are_said_to_be(folder):
    readme = (ROOT / folder / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `([^`]+)` .* `([0-9a-f]{64})` \|$", readme, re.MULTILINE)
    digests = {
        name: hashlib.sha256((ROOT / folder / name).read_bytes()).hexdigest() for name, _ in listed
    }

    assert listed
    assert digests == dict(listed)


@pytest.mark.parametrize("path", [path for path in PATHS if path.startswith(("login/", "errors/"))])
def test_page_on_the_way_to_an_app_fits_the_first_flight(site, path):
    assert len(_page(site, path).answer.content) <= 14 * 1024


@with_chromium
@pytest.mark.parametrize(
    "path", ["login/sign_in/plain", "login/consent/first", "admin/new_client/plain"]
)
def test_every_stop_of_the_keyboard_is_seen(origin, path):
    unseen, stops = [], 0
    with visiting(origin) as page:
        page.goto(f"{origin}/__ui__/{path}")
        page.keyboard.press("Tab")
        while page.evaluate("document.activeElement !== document.body") and stops < 60:
            stop = page.evaluate(FOCUS)
            unseen += [] if stop["seen"] else [stop["name"]]
            page.keyboard.press("Tab")
            stops += 1

    assert stops > 4
    assert not unseen


@with_chromium
@pytest.mark.parametrize("query", ["", "?rtl"])
def test_languages_open_within_a_narrow_page(origin, query):
    with visiting(origin, viewport={"width": 320, "height": 700}) as page:
        page.goto(f"{origin}/__ui__/login/sign_in/plain{query}")
        page.click(".language summary")
        box = page.locator(".language .list").bounding_box()

        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 320


@with_chromium
def test_sign_in_begins_in_the_first_field(origin):
    with visiting(origin) as page:
        page.goto(f"{origin}/__ui__/login/sign_in/plain")

        page.locator("#username:focus").wait_for()


@with_chromium
def test_faults_are_read_out_first(origin):
    with visiting(origin) as page:
        page.goto(f"{origin}/__ui__/login/sign_in/wrong")

        page.locator("#errors:focus").wait_for()

        assert page.input_value("#username") == "jane@example.org"
        assert page.input_value("#password") == ""


@with_chromium
def test_password_is_shown_and_hidden_again_before_it_is_sent(origin):
    with visiting(origin) as page:
        page.goto(f"{origin}/__ui__/login/sign_in/plain")
        page.fill("#password", "four words of mine")
        page.click("[data-reveal]")
        shown = page.get_attribute("#password", "type")
        page.dispatch_event("form", "submit")

        assert shown == "text"
        assert page.get_attribute("#password", "type") == "password"


@with_chromium
def test_new_password_says_what_it_lacks(origin):
    with visiting(origin) as page:
        page.goto(f"{origin}/__ui__/login/sign_up/plain")
        page.fill("#password", "four words")
        page.get_by_text("5 more characters").wait_for()
        page.fill("#password", "four words of mine")
        page.locator("[data-lacks]:empty").wait_for(state="attached")


@with_chromium
def test_addresses_are_written_one_a_field_and_sent_one_a_line(origin):
    with visiting(origin) as page:
        page.goto(f"{origin}/__ui__/admin/new_client/plain")
        page.fill("#redirect_uris", "http://photos.example/cb")
        page.get_by_role("button", name="Add another address").first.click()
        page.keyboard.type("https://photos.example/cb")
        page.locator("#redirect_uris-note").wait_for()

        assert page.text_content("#redirect_uris-note").startswith("Use https.")
        assert page.locator("[name=redirect_uris]").input_value().split() == [
            "http://photos.example/cb",
            "https://photos.example/cb",
        ]


@with_chromium
def test_pages_lose_nothing_without_script(origin):
    with visiting(origin, java_script_enabled=False) as page:
        page.goto(f"{origin}/__ui__/admin/new_client/plain")
        addresses = page.locator("#redirect_uris").is_visible()
        page.goto(f"{origin}/__ui__/login/sign_in/plain")

        assert addresses
        assert page.locator("#sign-in").is_visible()
        assert not page.locator("[data-reveal]").is_visible()


@with_chromium
def test_answer_is_posted_without_a_press(origin):
    with visiting(origin, AN_APP) as page:
        page.route(f"{AN_APP}/**", lambda route: route.fulfill(body="taken"))
        page.goto(f"{origin}/__ui__/login/form_post/answer")

        assert page.text_content("body") == "taken"
