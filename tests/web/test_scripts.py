"""The scripts of the pages: each helps, none is needed (ux.md 1.2)."""

from __future__ import annotations

from tests.chromium import visiting
from tests.gallery.served import with_chromium

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
