"""Browser: an actor that opens pages, fills in their real forms and checks the house on the way.

It has what a browser without JavaScript has: cookies, redirects, forms. It follows redirects on
the provider's own origin and stops where one leaves it; `left_for` then holds the address.
"""

from __future__ import annotations

from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Self
from urllib.parse import urlencode, urljoin, urlsplit

from tests import secrets_seen
from tests.pages import Element, Page, check_house, same_origin
from tests.transports import FORM, Answer, Transport

MOST_HOPS = 12
REDIRECTS = frozenset({301, 302, 303, 307, 308})
CHECKED_KINDS = frozenset({"checkbox", "radio"})


@dataclass(frozen=True)
class Cookie:
    """A cookie in the jar."""

    value: str
    path: str = "/"
    #: Seconds it is kept for, empty: until the browser is closed.
    max_age: str = ""


@dataclass(frozen=True)
class Filled:
    """A form as it is about to be sent."""

    method: str
    url: str
    fields: list[tuple[str, str]]


class Browser:
    """One person's browser; `page` is what it shows, `left_for` where it was sent away to."""

    def __init__(self, transport: Transport, origin: str, *, language: str = "en") -> None:
        self.transport = transport
        self.origin = origin
        self.language = language
        self.jar: dict[str, Cookie] = {}
        self.page: Page | None = None
        self.answer: Answer | None = None
        self.left_for = ""
        #: What a form_post page sent to another origin.
        self.posted: dict[str, str] = {}

    # --- going places ---------------------------------------------------------------------------

    def open(self, url: str) -> Self:
        """Go to an address, absolute or on the provider."""
        return self._go("GET", self.absolute(url))

    def post(self, url: str, fields: dict[str, str], *, from_site: str = "") -> Self:
        """Send a form that another site, `from_site`, holds: a cross-site POST."""
        return self._go("POST", self.absolute(url), list(fields.items()), origin=from_site)

    def absolute(self, url: str) -> str:
        """Return the address as seen from the page, or from the provider."""
        return urljoin(self.page.url if self.page else f"{self.origin}/", url)

    def _go(
        self, method: str, url: str, form: list[tuple[str, str]] | None = None, *, origin: str = ""
    ) -> Self:
        self.left_for, self.posted = "", {}
        for _ in range(MOST_HOPS):
            answer = self._request(method, url, form, origin=origin)
            if answer.status not in REDIRECTS:
                return self._show(answer)
            assert method == "GET" or answer.status == 303, f"{answer.status} after a {method}"
            target = urljoin(url, answer.headers["location"])
            if not same_origin(target, self.origin):
                self.left_for = target
                return self
            method, url, form = "GET", target, None
        message = f"more than {MOST_HOPS} redirects, the last to {url}"
        raise AssertionError(message)

    def _request(
        self, method: str, url: str, form: list[tuple[str, str]] | None, *, origin: str
    ) -> Answer:
        headers = {"Accept": "text/html", "Accept-Language": self.language, **self.cookie_header()}
        headers["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64) tests"
        if form is not None:
            headers["Content-Type"] = FORM
            headers["Origin"] = origin or self.origin
        content = urlencode(form).encode() if form is not None else b""
        answer = self.transport.send(method, url, headers=headers, content=content)
        assert answer.status < 500, f"{method} {url} → {answer.status}\n{answer.text[:2000]}"
        self._keep_cookies(answer)
        self.answer = answer
        return answer

    def _show(self, answer: Answer) -> Self:
        if not answer.headers.get("content-type", "").startswith("text/html"):
            self.page = None
            return self
        self.page = Page(answer)
        check_house(self.page)
        if sent := self.page.posted_elsewhere():
            self.left_for = sent.get("action")
            self.posted = {
                entry.get("name"): entry.get("value") for entry in sent.find_all("input")
            }
        return self

    # --- cookies --------------------------------------------------------------------------------

    def cookie_header(self) -> dict[str, str]:
        """Return the Cookie header the browser sends to the provider, if there is one."""
        held = "; ".join(f"{name}={cookie.value}" for name, cookie in self.jar.items())
        return {"Cookie": held} if held else {}

    def close(self) -> Self:
        """Close the browser: cookies that are not kept for a time are gone."""
        self.jar = {name: cookie for name, cookie in self.jar.items() if cookie.max_age}
        self.page = self.answer = None
        return self

    def _keep_cookies(self, answer: Answer) -> None:
        for line in answer.cookies:
            (name, morsel), *_ = SimpleCookie(line).items()
            if not name.endswith("sealwax-state"):  # made for frames of other sites
                assert morsel["httponly"], f"scripts can read the cookie {name}"
                assert morsel["samesite"].lower() in {"lax", "strict"}, f"{name} crosses sites"
            if urlsplit(answer.url).scheme == "https":
                assert morsel["secure"], f"{name} may travel in clear"
                assert name.startswith("__Host-"), f"{name} can be set by a neighbour"
            assert not morsel["domain"], f"{name} is shared with neighbours"
            if morsel["max-age"] == "0" or not morsel.value or "1970" in morsel["expires"]:
                self.jar.pop(name, None)
            else:
                self.jar[name] = Cookie(morsel.value, morsel["path"] or "/", morsel["max-age"])
                secrets_seen.remember(morsel.value)

    # --- reading --------------------------------------------------------------------------------

    @property
    def shown(self) -> Page:
        """Return the page; there must be one."""
        assert self.page is not None, f"no page is shown; sent away to {self.left_for!r}"
        return self.page

    @property
    def at(self) -> str:
        """Return the path of the page shown."""
        return urlsplit(self.shown.url).path

    @property
    def status(self) -> int:
        """Return the status of the last answer."""
        assert self.answer is not None, "nothing was opened yet"
        return self.answer.status

    def sees(self, text: str) -> bool:
        """Tell whether the page shows the text."""
        return text in self.shown.text

    def has(self, name: str) -> bool:
        """Tell whether the page has an element of this id."""
        return self.shown.by_id(name) is not None

    def element(self, name: str) -> Element:
        """Return the element of this id."""
        found = self.shown.by_id(name)
        assert found is not None, f"no id={name!r} on {self.shown.url}: {self.shown.text[:500]}"
        return found

    @property
    def csrf_token(self) -> str:
        """Return the CSRF value that the forms of the page send."""
        hidden = [one for one in self.shown.root.find_all("input") if one.get("type") == "hidden"]
        values = [one.get("value") for one in hidden if one.get("name") == "csrf_token"]
        assert values, f"no form on {self.shown.url}: {self.shown.text[:500]}"
        return values[0]

    # --- acting ---------------------------------------------------------------------------------

    def follow(self, text: str) -> Self:
        """Follow the first link that has the text."""
        for link in self.shown.root.find_all("a"):
            if text in link.text:
                return self.open(link.get("href"))
        message = f"no link {text!r} on {self.shown.url}"
        raise AssertionError(message)

    def press(self, button: str, **values: str | list[str]) -> Self:
        """Fill in the form around the button and send it, see `fill`."""
        filled = self.fill(button, **values)
        if filled.method == "post":
            return self._go("POST", filled.url, filled.fields)
        return self._go("GET", f"{filled.url.partition('?')[0]}?{urlencode(filled.fields)}")

    def fill(self, button: str, **values: str | list[str]) -> Filled:
        """Fill in the form around the button.

        Values go by field name; a list ticks exactly these checkboxes of that name. A field the
        form does not have fails, as a person could not fill it in either.
        """
        submitter = self.element(button)
        form = self.shown.form_of(submitter)
        action = self.absolute(submitter.get("formaction") or form.get("action"))
        fields = _filled(self.shown, form, submitter, values)
        return Filled(form.get("method", "get").lower(), action, fields)

    def sign_in(self, username: str, password: str) -> Self:
        """Sign in on the page shown, or on the sign-in page."""
        if self.page is None or not self.has("sign-in"):
            self.open("/login/sign-in")
        secrets_seen.remember(password)
        return self.press("sign-in", username=username, password=password)

    def sign_up(self, email: str, password: str, *, name: str = "") -> Self:
        """Ask for an account; what follows is the code in the mail, see `confirm`."""
        if self.page is None or self.at != "/login/sign-up":
            self.open(self._sign_up_address())
        secrets_seen.remember(password)
        typed = {"email": email, "password": password, **({"name": name} if name else {})}
        return self.press("register", **typed)

    def confirm(self, code: str) -> Self:
        """Type the code from the mail and send it."""
        secrets_seen.remember(code)
        return self.press("confirm", code=code)

    def allow(self, scopes: list[str] | None = None) -> Self:
        """Allow what the consent page asks; `scopes` ticks exactly these of the optional ones."""
        return self.press("allow") if scopes is None else self.press("allow", scope=scopes)

    def deny(self) -> Self:
        """Cancel on the page shown."""
        return self.press("cancel")

    def sign_out(self) -> Self:
        """Sign out of the provider."""
        if self.page is None or not self.has("sign-out"):
            self.open("/login/sign-out")
        return self.press("sign-out")

    def _sign_up_address(self) -> str:
        """Return the link to sign-up on the page shown: it keeps the interaction."""
        links = self.page.root.find_all("a") if self.page else []
        found = [link.get("href") for link in links if "/login/sign-up" in link.get("href")]
        return found[0] if found else "/login/sign-up"


def _filled(
    page: Page, form: Element, submitter: Element, values: dict[str, str | list[str]]
) -> list[tuple[str, str]]:
    """Return what a browser sends: the form's own values, those typed, the button pressed."""
    left, fields = dict(values), []
    for control in form.find_all("input", "select", "textarea"):
        name = control.get("name")
        if not name or control.has("disabled") or control.get("type") in {"submit", "image"}:
            continue
        fields += [(name, value) for value in _values(control, values.get(name))]
        left.pop(name, None)
    assert not left, f"the form on {page.url} has no field {sorted(left)}"
    if submitter.get("name"):
        fields.append((submitter.get("name"), submitter.get("value")))
    return fields


def _values(control: Element, typed: str | list[str] | None) -> list[str]:
    """Return what one control sends."""
    own = control.get("value")
    if control.get("type") in CHECKED_KINDS:
        own = control.get("value", "on")
        wanted = [typed] if isinstance(typed, str) else typed
        ticked = control.has("checked") if wanted is None else own in wanted
        return [own] if ticked else []
    if typed is not None:
        return [typed] if isinstance(typed, str) else typed
    if control.tag == "select":
        options = control.find_all("option")
        chosen = [option for option in options if option.has("selected")] or options[:1]
        return [option.get("value", option.text) for option in chosen]
    return [control.text if control.tag == "textarea" else own]
