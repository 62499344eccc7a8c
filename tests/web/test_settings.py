"""Settings and branding: what can be set in the browser, and what is shown of the rest."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from app.documents import settings_in_use
from app.models import AuditEvent
from app.security import colours
from app.services.upkeep import branding
from app.services.upkeep.audit import Event
from app.settings import Settings
from app.web.admin.setting_groups import GROUPS
from tests import factories
from tests.administrators import browser_of, visitor
from tests.browser import Cookie
from tests.stages import ENCRYPTION_KEY, SECRET_KEY
from tests.transports import FlaskTransport

GREEN, PALE_GREEN = "#0b6b53", "#7fd8bd"


@pytest.fixture
def admin(db):
    """Return an administrator."""
    return factories.admin()


@pytest.fixture
def browser(app, admin):
    """Return the administrator's browser, on the page."""
    return browser_of(app, admin).open("/admin/settings")


def sheets(browser):
    """Return the addresses of the style sheets of the page."""
    links = browser.shown.root.find_all("link")
    return [link.get("href") for link in links if link.get("rel") == "stylesheet"]


def test_what_is_set_here_comes_before_the_environment(app, make_app, browser, clock, db):
    """ux.md 2.22; README: another worker follows within two seconds."""
    other = make_app()
    assert visitor(other).open("/login/sign-in").sees("Sealwax")

    browser.press(
        "save",
        service_name="Harbour ID",
        support_contact="help@harbour.example",
        privacy_url="https://harbour.example/privacy",
        terms_url="https://harbour.example/terms",
    )

    assert browser.sees("Saved.")
    clock.move(timedelta(seconds=2))
    for worker in (app, other):
        page = visitor(worker).open("/login/sign-in")
        assert page.sees("Harbour ID")
        links = {link.text: link.get("href") for link in page.shown.root.find_all("a")}
        assert links["Help"] == "mailto:help@harbour.example"
        assert links["Privacy"] == "https://harbour.example/privacy"
        found = FlaskTransport(worker).send(
            "GET", "https://id.example/.well-known/openid-configuration"
        )
        assert found.json["op_tos_uri"] == "https://harbour.example/terms"
    event = db.session.scalars(
        select(AuditEvent).where(AuditEvent.event == Event.BRANDING_CHANGED)
    ).one()
    assert event.details["set"]["service_name"] == "Harbour ID"


def test_what_is_emptied_is_the_environments_again(browser):
    browser.press("save", service_name="Harbour ID")

    browser.press("save", service_name="  ")

    assert branding.current() == branding.of_environment()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("service_name", "a" * 61, "Use 60 characters or fewer."),
        ("privacy_url", "javascript:alert(1)", "with https://"),
        ("privacy_url", "//evil.example", "with https://"),
        ("terms_url", "https://user@evil.example/", "with https://"),
        ("terms_url", f"https://a.example/{'a' * 500}", "with https://"),
        ("support_contact", "data:text/html,x", "with https://"),
        ("support_contact", "javascript:x@y.z", "with https://"),
        ("accent", "red", "# and six digits"),
        ("accent", "#fff", "# and six digits"),
        ("accent", "#000000;}", "# and six digits"),
        ("accent", "#f2c063", "The nearest that can is"),
        ("accent_dark", GREEN, "The nearest that can is"),
        ("accent_dark", PALE_GREEN, "Choose one for light pages as well."),
    ],
)
def test_what_would_harm_is_refused(browser, field, value, words):
    """ux.md 2.22: an accent under 4.5:1; a link that runs as a script on every page."""
    browser.press("save", **{field: value})

    assert browser.status == 422
    assert browser.sees(words)
    typed = browser.element(field).get("value")
    assert typed == ("" if "javascript:" in value else value)
    assert branding.stored() == dict.fromkeys(branding.stored(), "")


def test_colours_come_in_a_style_sheet_of_their_own(browser):
    """ux.md 1.4: nothing inline; its address holds the colours, so it may be kept for good."""
    browser.press("save", accent=GREEN, accent_dark=PALE_GREEN)

    (sheet,) = [address for address in sheets(browser) if address.startswith("/brand/")]
    assert sheet == "/brand/0b6b53-7fd8bd.css"
    answer = browser.transport.send("GET", f"{browser.origin}{sheet}")
    assert answer.headers["content-type"].startswith("text/css")
    assert "immutable" in answer.headers["cache-control"]
    assert f"--primary: light-dark({GREEN}, {PALE_GREEN})" in answer.text


def test_dark_accent_is_worked_out_where_none_is_given(browser):
    browser.press("save", accent=GREEN)

    assert colours.is_readable(branding.current().accent_dark, "dark")


@pytest.mark.parametrize("path", ["zzzzzz-000000", "0b6b53-7fd8b", "0B6B53-7FD8BD", "0b6b53"])
def test_style_sheet_of_no_colours_is_not_found(app, path):
    """CSS injection: only six digits get into the sheet."""
    answer = FlaskTransport(app).send("GET", f"https://id.example/brand/{path}.css")

    assert answer.status == 404


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "accent", ["#f2c063", "#0b6b53", "#ffffff", "#000000", "#ff00ff", "#777777"]
)
def test_nearest_shade_can_be_read(accent, scheme):
    """WCAG 2.2 §1.4.3: 4.5 on every paper, and of the ink on it."""
    shade = colours.nearest(accent, scheme)
    made = colours.palette(shade, scheme)

    assert min(colours.contrast(shade, paper) for paper in colours.PAPERS[scheme]) >= 4.5
    assert colours.contrast(made.on_primary, shade) >= 4.5
    assert colours.contrast(made.on_primary, made.hover) >= 4.5
    assert colours.contrast(shade, made.soft) >= 4.5


@pytest.mark.parametrize("scheme", [0, 1])
def test_papers_are_those_of_the_style_sheet(app, scheme):
    """An accent is judged by the papers it really stands on."""
    css = Path(app.static_folder, "css/app.css").read_text(encoding="utf-8")
    tokens = dict(re.findall(r"--(surface|bg|sunken): light-dark\((.*)\);", css))
    papers = [tokens[name].lower().split(", ")[scheme] for name in ("surface", "bg", "sunken")]

    assert papers == list(list(colours.PAPERS.values())[scheme])


def test_preview_keeps_nothing(browser):
    browser.press("preview", accent=GREEN, service_name="Harbour ID")

    assert browser.status == 200
    assert browser.sees("Nothing is saved yet")
    assert branding.current() == branding.of_environment()


def test_every_setting_is_in_one_group():
    """ux.md 2.22: nothing is left out of the page, and nothing stands there twice."""
    names = [name for _, _, names in GROUPS for name in names]

    assert sorted(names) == sorted(Settings.model_fields)


def test_no_secret_is_shown(browser):
    """security.md KS: of secrets it is told whether there is one."""
    assert browser.sees("SEALWAX_ENCRYPTION_KEY")
    for secret in (SECRET_KEY, ENCRYPTION_KEY):
        assert secret not in browser.answer.text


def test_password_of_the_database_is_not_shown(make_app, settings):
    given = settings.model_copy(update={"database_url": "postgresql://me:hunter2@db/x"})

    rows = {row["name"]: row["value"] for row in settings_in_use(given)}
    assert rows["database_url"] == "postgresql://***@db/x"
    assert rows["mail_url"] in {"", "***"}


def picture():
    """Return a small picture as a file."""
    out = BytesIO()
    Image.new("RGB", (600, 200), "teal").save(out, "PNG")
    return out.getvalue()


def send(browser, content, name="logo"):
    """Send the form with a file, as a browser does."""
    fields = [(field, value) for field, value in browser.fill("save").fields if field != name]
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
        for field, value in fields
    ]
    head = f'--x\r\nContent-Disposition: form-data; name="{name}"; filename="logo.png"\r\n'.encode()
    kind = b"Content-Type: image/png\r\n\r\n"
    body = b"".join(parts) + head + kind + content + b"\r\n--x--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Origin": browser.origin}
    headers |= browser.cookie_header()
    url = f"{browser.origin}/admin/settings"
    return browser.transport.send("POST", url, headers=headers, content=body)


def test_logo_is_drawn_anew_and_shown(browser):
    """ux.md 1.4, security.md RG06: nothing of the file that was sent is served."""
    assert send(browser, picture()).status == 303

    page = browser.open("/admin/settings")
    marks = [mark for mark in page.shown.root.find_all("img") if "own" in mark.get("class")]
    answer = page.transport.send("GET", f"{browser.origin}{marks[0].get('src')}", headers={})
    assert answer.headers["content-type"] == "image/png"
    assert answer.content[:8] == b"\x89PNG\r\n\x1a\n"
    assert answer.content != picture()

    page.press("save", drop_logo="y")
    assert branding.current().logo_handle == ""


def test_dark_pages_have_a_logo_of_their_own(browser):
    """ux.md 2.22: the system chooses, unless the person has; without one the other serves both."""
    for name in branding.LOGOS:
        assert send(browser.open("/admin/settings"), picture(), name).status == 303
    kept = branding.current()
    light, dark = (f"/brand/logo/{one}.png" for one in (kept.logo_handle, kept.logo_dark_handle))
    assert light != dark

    for theme, shown in (("", {light, dark}), ("light", {light}), ("dark", {dark})):
        browser.jar["__Host-sealwax-theme"] = Cookie(theme)
        answer = browser.open("/admin/users").answer.text
        assert {address for address in (light, dark) if address in answer} == shown, theme
    for address in (light, dark):
        assert browser.transport.send("GET", f"{browser.origin}{address}", headers={}).status == 200

    browser.open("/admin/settings").press("save", drop_logo_dark="y")
    answer = browser.open("/admin/users").answer.text
    assert light in answer
    assert dark not in answer


def test_logo_of_dark_pages_alone_leaves_the_mark(browser):
    """Light pages would have none."""
    send(browser, picture(), "logo_dark")

    assert "/brand/logo/" not in browser.open("/admin/users").answer.text


def test_file_that_is_no_picture_is_refused(browser):
    answer = send(browser, b"<svg onload='alert(1)'/>")

    assert answer.status == 422
    assert branding.stored()["logo_handle"] == ""


def test_duration_is_said_in_words(browser):
    """Nobody has to read PT1H; what is copied into the environment stands beside it."""
    shown = browser.open("/admin/settings").shown.text

    for words in ("1 hour", "30 days", "PT1H"):
        assert words in shown, words


def test_accent_is_shown_beside_its_field(browser):
    browser.open("/admin/settings").press("save", accent="#9a1b14")

    shown = browser.open("/admin/settings").shown.root
    fills = [one.get("fill") for one in shown.find_all("rect") if one.get("fill")]
    assert "#9a1b14" in fills
