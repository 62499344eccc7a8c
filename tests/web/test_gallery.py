"""Every template in every state: fit for everybody, within its weight, nothing inline (ux.md 3)."""

from __future__ import annotations

import gzip
import hashlib
import re
from pathlib import Path

import pytest

from tests.chromium import visiting
from tests.gallery.served import with_chromium
from tests.gallery.states import STATES
from tests.pages import Page, check_house
from tests.transports import FlaskTransport

ROOT = Path(__file__).resolve().parents[2]
AXE = (ROOT / "tests/vendor/axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
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
#: Colour scheme and width, each once.
LOOKS = (("light", 1280), ("dark", 320))
#: All that a page folds away; those of one name open one at a time otherwise.
UNFOLD = """() => document.querySelectorAll("main details").forEach((fold) => {
  fold.removeAttribute("name");
  fold.open = true;
})"""
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
    page.goto(url)
    for scheme, width in LOOKS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        look = f"{url} {scheme} {width}"
        yield from (f"{look}: {fault}" for fault in page.evaluate(RUN_AXE, options))
        if page.evaluate(SCROLLS):
            yield f"{look}: scrolls sideways"
    page.evaluate(UNFOLD)
    if page.evaluate(SCROLLS):
        yield f"{url}: scrolls sideways when it is unfolded"
    page.evaluate("document.documentElement.dir = 'rtl'")
    if page.evaluate(SCROLLS):
        yield f"{url}: scrolls sideways when it is read from right to left"
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
    ("admin/bench/ran", 120, 10),
    ("admin/settings/some", 120, 10),
    ("admin/user_import/check", 120, 10),
    ("admin/shares/some", 120, 10),
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
    for name in ("account.css", "charts.css", "traces.css"):
        assert len((css / name).read_bytes()) <= 6 * 1024
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
