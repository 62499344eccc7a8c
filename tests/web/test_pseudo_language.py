"""Every page in a made-up language: nothing is left in English, nothing bursts (ux.md goal 11)."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from app.web.forms import Form
from tests.chromium import visiting
from tests.gallery import pseudo
from tests.gallery.people import holder
from tests.gallery.served import with_chromium
from tests.gallery.site import make_site
from tests.gallery.states import STATES
from tests.pages import Element, Page
from tests.transports import FlaskTransport

#: Attributes that people read or hear.
READ = ("alt", "aria-label", "aria-description", "placeholder", "title", "data-busy", "data-label")
#: What is the same in every language: pictures, programs, initials.
SILENT = ("script", "style", "svg", "pre", "code")
WORD = re.compile(r"[A-Za-z]{2,}")
SERVICE = "Example ID"
#: Moments, algorithms and the names of members are; libraries of others have their own names.
ALIKE = re.compile(
    r"\d{4}-\w{3}-\d\d|\bUTC\b|\b[A-Z]+[A-Z0-9+-]*\d[A-Z0-9+-]*\b|\bEdDSA\b|ECDH-ES|RSA-OAEP|\S+_uri\b"
    r"|\bclient_secret\b|\boffline_access\b|Node, openid-client|Flask, Authlib|\S+…|…\S+"
    rf"|{SERVICE}|JavaScript, oidc-client-ts|\bcurl\b|\bopenid\b|Europe/Paris"
    r"|\bGoogle\b|\bMicrosoft\b"
)
NARROW = 320
#: Elements of which something is cut off, or that stick out of a page of this width.
BURST = """(width) => {
  const unseen = ".visually-hidden, .skip:not(:focus), svg, details:not([open]), input";
  const shown = (e) => e.checkVisibility() && !e.closest(unseen);
  const scrolls = (e) => { for (let p = e; p && p !== document.body; p = p.parentElement)
    if (["auto", "scroll"].includes(getComputedStyle(p).overflowX)) return true; return false; };
  return [...document.querySelectorAll("body *")].filter(shown).filter((e) => {
    const cut = ["hidden", "clip"].includes(getComputedStyle(e).overflowX)
      && getComputedStyle(e).textOverflow !== "ellipsis" && e.scrollWidth > e.clientWidth + 1;
    const out = e.getBoundingClientRect().right > width + 1 && !scrolls(e);
    const over = e.matches("button, .button, .badge") && e.scrollWidth > e.clientWidth + 1;
    return cut || out || over;
  }).map((e) => `${e.tagName} ${e.className} ${e.textContent.trim().slice(0, 60)}`);
}"""


@pytest.fixture(scope="module")
def site(origin, tmp_path_factory):
    """Return the gallery, whose pages speak the made-up language."""
    folder = tmp_path_factory.mktemp("translations")
    pseudo.write(folder)
    made = make_site(origin)
    pseudo.speak(made, folder)
    return made


def texts(page):
    """Yield every text that people read outside of a translated message."""
    yield from _outside(page.root, [0])
    for element in page.root.walk():
        if element.inside("svg") is None:
            for name in READ:
                yield _rest(element.get(name), [0])


def _outside(element, depth):
    for child in element.children:
        if isinstance(child, str):
            yield _rest(child, depth)
        elif isinstance(child, Element) and not _is_silent(child):
            yield from _outside(child, depth)


def _is_silent(element):
    """Tell whether an element is the same in every language, or says which one it speaks."""
    is_other = element.has("lang") and element.get("lang") != pseudo.LANGUAGE
    is_other = is_other or element.get("translate") == "no"  # names of the protocol
    return element.tag in SILENT or "avatar" in element.get("class").split() or is_other


def _rest(text, depth):
    """Return what of a text is in no brackets; a message may hold elements."""
    kept = []
    for sign in text:
        depth[0] += {pseudo.OPENING: 1, pseudo.CLOSING: -1}.get(sign, 0)
        if depth[0] == 0 and sign != pseudo.CLOSING:
            kept.append(sign)
    return " ".join("".join(kept).split())


def data_of(value, seen):
    """Yield every text that stands in the context of a page."""
    if id(value) in seen or value is None:
        return
    seen[id(value)] = value  # kept, so that no other value gets its id
    if isinstance(value, Form):
        told = [(field.data, field.errors) for field in value]
        yield from data_of([told, value.form_errors], seen)
    elif isinstance(value, Mapping):
        yield from (text for pair in value.items() for part in pair for text in data_of(part, seen))
    elif isinstance(value, (list, tuple, set, frozenset)):
        yield from (text for part in value for text in data_of(part, seen))
    elif hasattr(value, "__dict__"):
        yield from data_of(vars(value), seen)
    else:
        yield " ".join(str(value).split())


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.path)
def test_nothing_is_left_in_english(site, state):
    issuer = site.extensions["sealwax.settings"].issuer
    page = Page(FlaskTransport(site).send("GET", f"{issuer}/__ui__/{state.path}"))
    with site.test_request_context():
        data = set(data_of([state.build(), holder(is_admin=True)], {}))

    left = {text for text in texts(page) if not _is_data(text, data)}

    assert pseudo.OPENING in page.text
    assert not left


def _is_data(text, data):
    """Tell whether a text consists of what the page was given, and of nothing else."""
    whole = text.removesuffix(SERVICE).rstrip(" \N{EN DASH}…")  # a title; a name cut short
    if any(whole in known for known in data):
        return True
    rest = ALIKE.sub("", text)
    for known in sorted(data, key=len, reverse=True):
        if WORD.search(known):
            rest = rest.replace(known, "")
    return not WORD.search(rest)


@with_chromium
def test_nothing_bursts_when_words_are_longer(origin):
    faults = []
    with visiting(
        origin, viewport={"width": NARROW, "height": 800}, reduced_motion="reduce"
    ) as page:
        page.route("**/autosubmit.js*", lambda it: it.fulfill(content_type="text/javascript"))
        for state in STATES:
            page.goto(f"{origin}/__ui__/{state.path}")
            faults += [f"{state.path}: {burst}" for burst in page.evaluate(BURST, NARROW)]

    assert not faults, "\n".join(faults)
