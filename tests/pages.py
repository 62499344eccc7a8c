"""HTML pages as a browser reads them, and the rules of the house that every page keeps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from tests.transports import Answer

VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
UNTYPED = frozenset({"hidden", "submit", "button", "image", "reset"})
#: Pages that hold what one person may see.
PRIVATE_PATHS = ("/login/", "/account/", "/admin/", "/setup", "/authorize")


@dataclass(eq=False)
class Element:
    """An element with its attributes, children and text."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)
    parent: Element | None = field(default=None, repr=False)

    def get(self, name: str, default: str = "") -> str:
        """Return an attribute; one without a value is the empty string."""
        return self.attributes.get(name, default)

    def has(self, name: str) -> bool:
        """Tell whether the attribute is there."""
        return name in self.attributes

    def walk(self) -> Iterator[Element]:
        """Yield every element below, in the order of the page."""
        waiting = self.children[::-1]
        while waiting:
            child = waiting.pop()
            if isinstance(child, Element):
                yield child
                waiting += child.children[::-1]

    def find_all(self, *tags: str) -> list[Element]:
        """Return every element below that has one of the tags."""
        return [element for element in self.walk() if element.tag in tags]

    @property
    def text(self) -> str:
        """Return the text people read, runs of white space as one space."""
        return " ".join(" ".join(self.pieces()).split())

    def pieces(self) -> Iterator[str]:
        """Yield the text below, piece by piece."""
        for child in self.children:
            if isinstance(child, str):
                yield child
            else:
                yield from child.pieces()

    def inside(self, tag: str) -> Element | None:
        """Return the nearest element around this one that has the tag."""
        around = self.parent
        while around is not None and around.tag != tag:
            around = around.parent
        return around


class _Builder(HTMLParser):
    """Build the tree; a misplaced end tag fails at once, where a browser would guess."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self._open = Element("#document")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> says an attribute twice: {names}"
        element = Element(tag, {name: value or "" for name, value in attrs}, parent=self._open)
        self._open.children.append(element)
        if tag not in VOID:
            self._open = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open.tag in {"p", "li", "dt", "dd", "option"} and self._open.tag != tag:
            self._open = self._open.parent or self.root  # their end tags may be left out
        assert self._open.tag == tag, f"</{tag}> closes <{self._open.tag}>"
        self._open = self._open.parent or self.root

    def handle_data(self, data: str) -> None:
        self._open.children.append(data)


class Page:
    """A page that was received: its answer and its tree."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    @cached_property
    def root(self) -> Element:
        """Return the tree; many a page is only passed by."""
        builder = _Builder()
        builder.feed(self.answer.text)
        builder.close()
        return builder.root

    @cached_property
    def _named(self) -> dict[str, Element]:
        """Return the elements by id; the first of those that share one."""
        found: dict[str, Element] = {}
        for element in self.root.walk():
            if element.has("id"):
                found.setdefault(element.get("id"), element)
        return found

    @property
    def url(self) -> str:
        """Return the address the page came from."""
        return self.answer.url

    @property
    def title(self) -> str:
        """Return the text of the title."""
        titles = self.root.find_all("title")
        return titles[0].text if titles else ""

    @property
    def text(self) -> str:
        """Return the text of the body."""
        bodies = self.root.find_all("body")
        return bodies[0].text if bodies else ""

    def by_id(self, name: str) -> Element | None:
        """Return the element of this id."""
        return self._named.get(name)

    def form_of(self, submitter: Element) -> Element:
        """Return the form that a button sends."""
        named = self.by_id(submitter.get("form")) if submitter.has("form") else None
        form = named or submitter.inside("form")
        assert form is not None, f"the button {submitter.get('id')!r} sends no form"
        return form

    def posted_elsewhere(self) -> Element | None:
        """Return the form of a form_post answer: hidden fields alone, sent to another origin."""
        for form in self.root.find_all("form"):
            kinds = {entry.get("type") for entry in form.find_all("input")}
            action = urljoin(self.url, form.get("action"))
            if kinds == {"hidden"} and not same_origin(self.url, action):
                return form
        return None


def same_origin(one: str, other: str) -> bool:
    """Tell whether two absolute URLs have scheme, host and port in common."""
    return urlsplit(one)[:2] == urlsplit(other)[:2]


def check_house(page: Page) -> None:
    """Fail with the list of rules the page breaks."""
    checks = (
        _frame,
        _headings,
        _labels,
        _references,
        _nothing_inline,
        _forms,
        _resources,
        _headers,
        _status,
    )
    faults = [fault for check in checks for fault in check(page)]
    assert not faults, f"{page.url}\n" + "\n".join(f"- {fault}" for fault in faults)


def _frame(page: Page) -> Iterator[str]:
    html = page.root.find_all("html")
    if not page.answer.text.lstrip().lower().startswith("<!doctype html>"):
        yield "no doctype: browsers fall into quirks mode"
    if len(html) != 1 or not html[0].get("lang") or html[0].get("dir") not in {"ltr", "rtl"}:
        yield "<html> lacks lang or dir"
    if not page.title:
        yield "no title"
    viewports = [meta for meta in page.root.find_all("meta") if meta.get("name") == "viewport"]
    if len(viewports) != 1 or "maximum-scale" in viewports[0].get("content"):
        yield "no viewport, or one that stops people from zooming"
    names = [element.get("id") for element in page.root.walk() if element.has("id")]
    if twice := {name for name in names if names.count(name) > 1 or not name}:
        yield f"ids empty or used twice: {sorted(twice)}"


def _headings(page: Page) -> Iterator[str]:
    for tag in ("h1", "main"):
        if (found := len(page.root.find_all(tag))) != 1:
            yield f"{found} <{tag}>, should be one"


def _labels(page: Page) -> Iterator[str]:
    targets = {label.get("for") for label in page.root.find_all("label")}
    for control in page.root.find_all("input", "select", "textarea"):
        if control.get("type", "text") in UNTYPED:
            continue
        named = control.get("id") in targets or control.inside("label")
        if not named and not control.get("aria-label") and not control.get("aria-labelledby"):
            yield f"the field {control.get('name')!r} has no label"
        if control.get("type") == "password" and not control.get("autocomplete"):
            yield f"the password field {control.get('name')!r} has no autocomplete"


def _references(page: Page) -> Iterator[str]:
    names = {element.get("id") for element in page.root.walk()}
    for element in page.root.walk():
        for attribute in ("aria-describedby", "aria-labelledby", "for"):
            for missing in set(element.get(attribute).split()) - names:
                yield f"<{element.tag}> says {attribute}={missing!r}, which is not there"
    for image in page.root.find_all("img"):
        if not image.has("alt"):
            yield f"the image {image.get('src')!r} has no alt"


def _nothing_inline(page: Page) -> Iterator[str]:
    for element in page.root.walk():
        if element.tag == "style" or (element.tag == "script" and not element.get("src")):
            yield f"an inline <{element.tag}>"
        for name, value in element.attributes.items():
            if name == "style" or name.startswith("on"):
                yield f"an inline {name}= on <{element.tag}>"
            if value.strip().lower().startswith("javascript:"):
                yield f"a javascript: address in {name}= on <{element.tag}>"


def _forms(page: Page) -> Iterator[str]:
    away = page.posted_elsewhere()
    for form in page.root.find_all("form"):
        if form is away:
            continue
        action = urljoin(page.url, form.get("action"))
        if not same_origin(page.url, action):
            yield f"a form goes to another origin: {action}"
        names = {entry.get("name") for entry in form.find_all("input")}
        if form.get("method").lower() == "post" and "csrf_token" not in names:
            yield f"the form to {action} has no CSRF token"


def _resources(page: Page) -> Iterator[str]:
    for element in page.root.walk():
        if element.tag == "iframe" and element.has("sandbox"):
            continue  # a page of an application, shut in
        address = element.get("href") if element.tag == "link" else element.get("src")
        if address and not same_origin(page.url, urljoin(page.url, address)):
            yield f"<{element.tag}> loads from another origin: {address}"
        if element.get("target") == "_blank" and "noreferrer" not in element.get("rel"):
            yield f"{element.get('href')!r} opens a tab that knows where it came from"


def _headers(page: Page) -> Iterator[str]:
    headers = page.answer.headers
    policy = headers.get("content-security-policy", "")
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split(";") if rule.strip()}
    if rules.get("default-src") != ["'none'"] or rules.get("frame-ancestors") != ["'none'"]:
        yield f"a weak Content-Security-Policy: {policy!r}"
    if "unsafe" in policy or "*" in policy or "data:" in policy:
        yield f"the Content-Security-Policy lets something through: {policy!r}"
    if headers.get("x-content-type-options") != "nosniff":
        yield "no X-Content-Type-Options: nosniff"
    if headers.get("referrer-policy") != "no-referrer":
        yield "no Referrer-Policy: no-referrer"
    private = urlsplit(page.url).path.startswith(PRIVATE_PATHS)
    if private and "no-store" not in headers.get("cache-control", ""):
        yield "a private page that may be cached"
    if "access-control-allow-origin" in headers:
        yield "a page that other origins may read"


def _status(page: Page) -> Iterator[str]:
    failed = any(element.get("aria-invalid") == "true" for element in page.root.walk())
    if failed and page.answer.status < 400:
        yield f"a failed form answered with {page.answer.status}"
    if page.answer.status == 422 and not page.title.startswith("Error: "):
        html = page.root.find_all("html")[0]
        if html.get("lang") == "en":
            yield f"a failed form without 'Error: ' in its title: {page.title!r}"
