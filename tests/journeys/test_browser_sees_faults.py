"""The actor that watches over every page: each rule of the house is broken once, and found."""

import httpx
import pytest

from tests.pages import Page, check_house
from tests.transports import Answer

URL = "https://id.example/login/sign-in"
HEADERS = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": "default-src 'none'; script-src 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
GOOD = """<!doctype html>
<html lang="en" dir="ltr">
<head><title>Sign in</title><meta name="viewport" content="width=device-width"></head>
<body><main><h1>Sign in</h1>
<form method="post"><input type="hidden" name="csrf_token" value="x">
<label for="username">Email</label><input id="username" name="username">
<label for="password">Password</label>
<input type="password" id="password" name="password" autocomplete="current-password">
<button id="sign-in">Sign in</button></form>
<a href="https://photos.example/" target="_blank" rel="noreferrer">Photos</a>
<img src="/logo.svg" alt=""></main></body></html>"""


def page_of(text=GOOD, *, status=200, **headers):
    """Make a page as if it had been received."""
    sent = {**HEADERS, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return Page(Answer(status, URL, httpx.Headers(sent), text.encode()))


def test_page_in_order_passes():
    check_house(page_of())


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ("<!doctype html>", "", "doctype"),
        (' lang="en"', "", "lang"),
        (' dir="ltr"', "", "dir"),
        ("<title>Sign in</title>", "<title></title>", "title"),
        ("width=device-width", "width=device-width,maximum-scale=1", "zooming"),
        ("<h1>Sign in</h1>", "<h2>Sign in</h2>", "h1"),
        ("<h1>", "<h1>One</h1><h1>", "h1"),
        ("main>", "div>", "main"),
        ('<label for="username">Email</label>', "", "label"),
        (' autocomplete="current-password"', "", "autocomplete"),
        ('name="username"', 'name="username" aria-describedby="gone"', "gone"),
        ('id="sign-in"', 'id="username"', "twice"),
        ('id="sign-in"', 'id="sign-in" onclick="go()"', "onclick"),
        ('id="sign-in"', 'id="sign-in" style="color: red"', "style="),
        ("<main>", "<main><style>p { color: red }</style>", "style"),
        ("<main>", "<main><script>go()</script>", "script"),
        ('href="https://photos.example/"', 'href="javascript:go()"', "javascript:"),
        ('method="post"', 'method="post" action="https://evil.example/"', "another origin"),
        ('<input type="hidden" name="csrf_token" value="x">', "", "CSRF"),
        ('src="/logo.svg"', 'src="https://cdn.example/logo.svg"', "another origin"),
        (' alt=""', "", "alt"),
        (' rel="noreferrer"', "", "knows where"),
        ('id="username" name', 'id="username" aria-invalid="true" name', "failed form"),
    ],
)
def test_broken_rule_is_found(right, wrong, fault):
    assert right in GOOD

    with pytest.raises(AssertionError, match=fault):
        check_house(page_of(GOOD.replace(right, wrong)))


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("content_security_policy", ""),
        (
            "content_security_policy",
            f"{HEADERS['content-security-policy']}; style-src 'unsafe-inline'",
        ),
        ("content_security_policy", f"{HEADERS['content-security-policy']}; img-src data:"),
        ("content_security_policy", f"{HEADERS['content-security-policy']}; connect-src *"),
        ("x_content_type_options", ""),
        ("referrer_policy", "origin"),
        ("cache_control", "public, max-age=60"),
        ("access_control_allow_origin", "*"),
    ],
)
def test_header_that_guards_nothing_is_found(header, value):
    with pytest.raises(AssertionError, match=URL):
        check_house(page_of(**{header: value}))


def test_failed_form_that_does_not_say_so_in_its_title_is_found():
    with pytest.raises(AssertionError, match="Error"):
        check_house(page_of(status=422))


def test_form_of_hidden_fields_to_a_client_is_known_as_form_post():
    away = GOOD.replace("</main>", '<form method="post" action="https://rp.example/cb">'
                        '<input type="hidden" name="code" value="c"></form></main>')  # fmt: skip

    found = page_of(away).posted_elsewhere()

    assert found is not None
    assert found.get("action") == "https://rp.example/cb"
