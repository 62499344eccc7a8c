"""The scripts of the pages: each helps, none is needed (ux.md 1.2)."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from tests.chromium import visiting
from tests.gallery.served import with_chromium

#: A browser of before Web Authentication Level 3, with a device that answers at once.
WITHOUT_JSON = """
delete PublicKeyCredential.parseRequestOptionsFromJSON;
delete PublicKeyCredential.isConditionalMediationAvailable;
navigator.credentials.get = async ({ publicKey }) => {
  const challenge = new TextDecoder().decode(publicKey.challenge);
  await noteOptions({ challenge, rpId: publicKey.rpId });
  const bytes = (...list) => new Uint8Array(list).buffer;
  const response = { clientDataJSON: bytes(255, 239), authenticatorData: bytes(1),
    signature: bytes(2), userHandle: null };
  return { id: "AQID", type: "public-key", rawId: bytes(1, 2, 3), response };
};
"""
#: Where the form of the form_post page goes.
AN_APP = "https://photos.example"


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
def test_settings_of_a_new_application_are_downloaded(origin):
    """ux.md 2.17: "Download .env"."""
    with visiting(origin) as page:
        page.goto(f"{origin}/__ui__/admin/client_created/web")
        env = page.text_content("#snippet-env")

        with page.expect_download() as waiting:
            page.click("#download-env")

        assert waiting.value.suggested_filename == "sealwax.env"
        assert Path(waiting.value.path()).read_text(encoding="utf-8") == env.strip() + "\n"


@with_chromium
def test_page_of_a_new_application_does_not_send_its_form_again(origin):
    """Loaded again, it is the page where the application is found from now on."""
    with visiting(origin) as page:
        created = page.request.get(f"{origin}/__ui__/admin/client_created/web").text()
        page.route("**/new", lambda it: it.fulfill(body=created, content_type="text/html"))
        page.route("**/snippets", lambda it: it.fulfill(body="found", content_type="text/plain"))
        page.goto(f"{origin}/__ui__/admin/new_client/plain")
        page.evaluate("document.forms[0].action = '/admin/applications/new'")
        with page.expect_navigation():
            page.evaluate("document.forms[0].submit()")

        page.wait_for_url("**/snippets")
        with page.expect_request("**/snippets") as again:
            page.reload()

        assert again.value.method == "GET"


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
def test_caps_lock_is_told_while_a_password_is_typed(origin):
    """ux.md 2.1: a polite hint, gone with the key or the field."""
    press = {"key": "A", "modifierCapsLock": True}
    with visiting(origin) as page:
        page.goto(f"{origin}/__ui__/login/sign_in/plain")
        page.dispatch_event("#password", "keyup", press)
        told = page.text_content("[data-caps]")
        page.dispatch_event("#password", "keyup", {"key": "a"})

        assert told == "Caps Lock is on."
        assert page.text_content("[data-caps]") == ""


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


@with_chromium
@pytest.mark.parametrize(
    "path", ["login/sign_in/plain", "login/enrol/policy", "account/passkeys/some"]
)
def test_passkeys_are_hidden_where_they_cannot_work(origin, path):
    """ux.md 2.1: nobody sees a button that does nothing."""
    with visiting(origin, java_script_enabled=False) as page:
        page.goto(f"{origin}/__ui__/{path}")
        seen = page.locator("[data-passkey]").count(), page.locator("[data-passkey]").is_visible()
    with visiting(origin) as page:
        page.add_init_script("delete window.PublicKeyCredential")
        page.goto(f"{origin}/__ui__/{path}")
        page.wait_for_load_state("networkidle")

        assert seen == (1, False)
        assert not page.locator("[data-passkey]").is_visible()


@with_chromium
def test_passkeys_work_in_browsers_without_the_json_methods(origin):
    """ux.md 1.2: the fallback reads and writes what the methods do."""
    asked, sent = [], []

    def note(options):
        asked.append(options)

    with visiting(origin, reduced_motion="reduce") as page:  # no fade to a page that is not ours
        page.add_init_script(WITHOUT_JSON)
        page.expose_function("noteOptions", note)
        page.route("**/login/passkey", lambda route: (sent.append(route.request.post_data),
                                                      route.fulfill(body="taken")))  # fmt: skip
        page.goto(f"{origin}/__ui__/login/sign_in/plain")
        page.click("#use-passkey")
        page.get_by_text("taken").wait_for()

    assert asked == [{"challenge": "challenge", "rpId": "localhost"}]
    credential = json.loads(parse_qs(sent[0])["credential"][0])
    assert credential == {
        "id": "AQID",
        "type": "public-key",
        "rawId": "AQID",
        "response": {"clientDataJSON": "_-8", "authenticatorData": "AQ", "signature": "Ag"},
    }


@with_chromium
def test_browser_is_told_of_a_passkey_that_is_nobodys(origin):
    """ux.md 2.1: it had better not offer it again."""
    told = []

    def tell(passkey):
        told.append(passkey)

    with visiting(origin) as page:
        page.expose_function("tell", tell)
        page.add_init_script("PublicKeyCredential.signalUnknownCredential = (it) => tell(it)")
        page.goto(f"{origin}/__ui__/login/sign_in/unknown-passkey")
        page.wait_for_load_state("networkidle")

    assert told == [{"rpId": "localhost", "credentialId": "AAAA"}]


@with_chromium
@pytest.mark.parametrize("has_script", [True, False])
@pytest.mark.parametrize(("path", "without"), [("upstreams", 1), ("plain", 0)])
def test_ways_to_sign_in_are_split_off_once(origin, path, without, has_script):
    """ux.md 2.1: one line stands between the form and every other way, if there is another."""
    with visiting(origin, java_script_enabled=has_script) as page:
        page.goto(f"{origin}/__ui__/login/sign_in/{path}")
        page.wait_for_load_state("networkidle")
        lines = [line for line in page.locator(".or").all() if line.is_visible()]

        assert len(lines) == (1 if has_script else without)


@with_chromium
def test_page_asks_before_an_idle_session_ends(origin):
    """ux.md 2.13: two minutes before; who stays is asked again, who does not is told."""
    sent = []
    with visiting(origin, reduced_motion="reduce") as page:
        page.clock.install()
        page.route(
            "**/account/stay", lambda route: (sent.append(route.request.post_data),
                                              route.fulfill(json={"left": 900})))  # fmt: skip
        page.goto(f"{origin}/__ui__/account/profile/idle")
        page.get_by_text("Are you still there?").wait_for()
        page.click("#stay")
        page.locator("#idle").wait_for(state="hidden")
        page.clock.fast_forward(775_000)
        stays_away = page.locator("#idle").is_hidden()
        page.clock.fast_forward(10_000)
        page.get_by_text("Are you still there?").wait_for()
        page.clock.fast_forward(120_000)
        page.get_by_text("Sign in again to go on").wait_for()
        page.click("#idle-close")

        assert page.locator("#name").is_visible()
        assert stays_away
        assert len(sent) == 1
        assert "csrf_token" in sent[0]


@with_chromium
def test_use_in_one_tab_counts_for_the_others(origin):
    with visiting(origin, reduced_motion="reduce") as page:
        page.goto(f"{origin}/__ui__/account/profile/idle")
        page.get_by_text("Are you still there?").wait_for()
        other = page.context.new_page()
        other.goto(f"{origin}/__ui__/account/profile/some")
        other.evaluate("new BroadcastChannel('idle /account/stay').postMessage(900)")

        page.locator("#idle").wait_for(state="hidden")
