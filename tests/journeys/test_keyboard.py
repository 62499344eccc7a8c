"""Whole flows with the keyboard alone: Tab, Enter, Space; every stop is seen (ux.md goal 8)."""

from __future__ import annotations

import threading

import pytest
from playwright.sync_api import expect
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Response

from tests import chromium, factories
from tests.chromium import visiting
from tests.factories import PASSWORD
from tests.journeys.visitor import Visitor
from tests.relying_party import RelyingParty
from tests.secrets_seen import remember
from tests.transports import HttpxTransport

pytestmark = [
    pytest.mark.browser,
    pytest.mark.one_engine,
    pytest.mark.skipif(not chromium.program(), reason=chromium.NO_CHROMIUM),
]
NEW = "four green boats sail home"
MOST_STOPS = 60
#: What has the focus: its name, whether that is seen, and whether it comes after the stop before.
STOP = """() => {
  const element = document.activeElement, before = window.stopBefore;
  window.stopBefore = element;
  const around = element.closest(".choice, .scope") ?? element;
  const seen = [element, around].map((each) => getComputedStyle(each)).some((look) =>
    look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 3);
  const box = element.getBoundingClientRect();
  const inView = box.bottom > 0 && box.top < innerHeight;
  const follows = !before || before === element || before === document.body
    || Boolean(before.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING);
  const name = element === document.body ? "" : element.id || element.textContent.trim()
    || element.getAttribute("aria-label") || element.tagName;
  return {name, seen: seen && inView, follows};
}"""


class Quiet(WSGIRequestHandler):
    """Logs nothing: what comes back from the provider holds a code."""

    def log(self, *_said):
        """Say nothing."""


class Typist(Visitor):
    """Somebody without a mouse."""

    def stop(self):
        """Return what has the focus; it must be seen, and come in the order of reading."""
        stop = self.page.evaluate(STOP)
        if stop["name"]:
            assert stop["seen"], f"nobody sees that {stop['name']!r} has the focus"
            assert stop["follows"], f"{stop['name']!r} comes before what was passed"
        return stop["name"]

    def first_stop(self, name):
        """Return what has the focus of a page just opened; the browser gives it a little late."""
        self.page.locator(f"#{name}:focus").wait_for()
        return self.stop()

    def reach(self, name):
        """Press Tab until something has the focus: an id, or the words of a link."""
        for _ in range(MOST_STOPS):
            if self.stop() == name:
                return
            self.page.keyboard.press("Tab")
        message = f"{name!r} is out of reach on {self.page.url}"
        raise AssertionError(message)

    def write(self, name, text):
        """Reach a field and write into it."""
        self.reach(name)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(text)

    def push(self, name, key="Enter"):
        """Reach a button or a link and push it; wait for what comes."""
        self.reach(name)
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def go_round(self):
        """Press Tab until the page is left again: nothing holds the focus fast."""
        passed = []
        for _ in range(MOST_STOPS):
            self.page.keyboard.press("Tab")
            passed.append(self.stop())
            if not passed[-1]:
                return
        message = f"{self.page.url} cannot be left: {passed}"
        raise AssertionError(message)


@pytest.fixture
def application():
    """Run an application of one page; return its address."""
    page = Response(
        "<!doctype html><title>Photo Box</title><h1>Photo Box</h1>", mimetype="text/html"
    )
    server = make_server("127.0.0.1", 0, page, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=[True, False], ids=["with_javascript", "without_javascript"])
def typist(request, live, application):
    """Return somebody with a keyboard, in a browser that runs scripts or does not."""
    still = {"java_script_enabled": request.param, "reduced_motion": "reduce"}
    with visiting(live.url, application, **still) as page:
        yield Typist(page, live.url)


@pytest.fixture
def photo_box(db, live, application):
    """Return the address with which an application sends people to the provider."""
    assert db.engine, "a context of the application is open"
    callback = f"{application}/callback"
    made = factories.client(client_name="Photo Box", redirect_uris=[callback])
    own = {"client_id": made.client_id, "client_secret": made.secret, "redirect_uri": callback}
    transport = HttpxTransport()
    yield RelyingParty(transport, live.url, **own).authorization_url()
    transport.close()


def test_stranger_signs_up_and_consents(typist, photo_box, application):
    typist.page.goto(photo_box)
    assert typist.first_stop("username") == "username"
    typist.push("Create an account")
    typist.write("email", "jane@people.example")
    typist.write("password", remember(NEW))
    typist.push("register", "Space")
    typist.write("code", remember(typist.code_for("jane@people.example")))
    typist.push("confirm")
    expect(typist.page.locator("h1")).to_contain_text("Photo Box")
    typist.go_round()
    typist.page.reload()

    typist.push("allow", "Space")

    assert typist.page.url.startswith(f"{application}/callback?code=")
    remember(typist.page.url.partition("code=")[2].partition("&")[0])


def test_person_signs_in_with_a_second_step(typist, photo_box):
    phone, _ = factories.phone(factories.user("jane@people.example"))
    typist.page.goto(photo_box)
    typist.write("username", "jane@people.example")
    typist.write("password", PASSWORD)
    typist.push("sign-in")
    typist.go_round()
    typist.page.reload()

    typist.write("code", remember(phone.code))
    typist.push("continue")

    expect(typist.page.locator("#allow")).to_be_visible()


def test_person_changes_the_password(typist, db):
    assert db.engine, "a context of the application is open"
    factories.user("jane@people.example")
    typist.open("/login/sign-in")
    typist.write("username", "jane@people.example")
    typist.write("password", PASSWORD)
    typist.push("sign-in")
    typist.push("Security")
    typist.write("current_password", PASSWORD)
    typist.write("password", remember(NEW))

    typist.push("change-password", "Space")

    expect(typist.page.locator(".notice")).to_contain_text("Your password is changed.")


def test_person_connects_a_device(typist, live, db):
    """ux.md 2.9: a code is typed, an account signs in, an answer is given, all by keys."""
    factories.user("jane@people.example", password=remember(PASSWORD))
    made = factories.client("device", client_name="Big Screen")
    transport = HttpxTransport()
    codes = RelyingParty(transport, live.url, client_id=made.client_id).ask_for_codes().json
    transport.close()
    typist.open("/login/device")
    assert typist.first_stop("user_code") == "user_code"
    typist.write("user_code", codes["user_code"])
    typist.push("continue")
    typist.write("username", "jane@people.example")
    typist.write("password", PASSWORD)
    typist.push("sign-in")
    expect(typist.page.locator("h1")).to_contain_text("Big Screen")
    typist.go_round()
    typist.page.reload()

    typist.push("connect", "Space")

    expect(typist.page.locator("h1")).to_have_text("Device connected")
