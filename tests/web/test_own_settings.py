"""Language, time zone and theme of one's own, and who sees which details (ux.md 2.14, 4.3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.services.people import deletions
from tests import mailbox
from tests.factories import PASSWORD
from tests.secrets_seen import remember

THEME_COOKIE = "__Host-sealwax-theme"


@pytest.fixture
def html(signed_in):
    """Return a function that gives an attribute of the account page's root element."""

    def attribute(name):
        [root] = signed_in.open("/account/").shown.root.find_all("html")
        return root.get(name)

    return attribute


def save(browser, **values):
    """Fill in the profile and save it."""
    return browser.open("/account/profile").press("save", **values)


def test_pages_speak_the_language_of_the_profile(signed_in, html):
    save(signed_in, locale="fr-CA")

    assert html("lang") == "fr"


def test_choice_in_the_browser_comes_before_it(signed_in, html):
    save(signed_in, locale="fr")
    signed_in.open("/login/language?language=de")

    assert html("lang") == "de"


def test_wish_of_the_application_comes_before_it(rp, signed_in):
    """OIDC Core §3.1.2.1, `ui_locales`."""
    save(signed_in, locale="fr")
    rp.authorize(signed_in, ui_locales="es")

    [root] = signed_in.shown.root.find_all("html")
    assert root.get("lang") == "es"


def test_language_that_pages_do_not_speak_stays_a_claim(signed_in, jane, db, html):
    jane.locale = "pt-BR"
    db.session.commit()

    assert html("lang") == "en"
    options = signed_in.open("/account/profile").shown.root.find_all("option")
    assert "pt-BR" in [option.get("value") for option in options]
    save(signed_in, nickname="jd")
    assert db.session.get(type(jane), jane.id).locale == "pt-BR"


def test_times_are_in_the_zone_of_the_profile(signed_in, clock):
    clock.time = datetime(2027, 7, 1, 22, 30, tzinfo=UTC)
    signed_in.sign_in("jane@people.example", "correct horse battery staple")
    assert "UTC" in signed_in.open("/account/security").shown.text

    save(signed_in, zoneinfo="Asia/Tokyo")

    shown = signed_in.open("/account/security").shown
    assert "Jul 2, 2027" in shown.text
    assert "7:30:00" in shown.text
    assert "JST" in shown.text
    [time, *_] = shown.root.find_all("time")
    assert time.get("data-zone") == "Asia/Tokyo"
    assert time.get("datetime").endswith("+00:00")


def test_zone_that_this_machine_does_not_know_is_utc(signed_in, jane, db):
    jane.zoneinfo = "Mars/Olympus"
    db.session.commit()

    assert "UTC" in signed_in.open("/account/security").shown.text
    assert signed_in.open("/account/profile").status == 200


def test_details_say_who_sees_them(register, signed_in):
    """ux.md 2.14: "Shared with: Photo Box, Mail"."""
    for name, ticked in (("Photo Box", ["profile"]), ("Mail", ["profile", "address"])):
        rp = register(client_name=name, scope="openid profile address")
        rp.authorize(signed_in, scope="openid profile address")
        signed_in.allow(ticked)
        rp.callback(signed_in)

    signed_in.open("/account/profile")

    names, address = (signed_in.element(name).text for name in ("names", "address"))
    assert "Shared with:" in names
    assert "Mail" in names
    assert "Photo Box" in names
    assert "Shared with:" in address
    assert "Mail" in address
    assert "Photo Box" not in address


def test_theme_is_kept_in_a_cookie_that_the_server_reads(signed_in, html):
    """ux.md 4.3: `data-theme` on the root element, so that nothing flashes."""
    assert html("data-theme") == ""

    signed_in.open("/account/profile").follow("Dark")

    assert signed_in.at == "/account/profile"
    assert signed_in.jar[THEME_COOKIE].value == "dark"
    assert html("data-theme") == "dark"
    signed_in.open("/account/profile").follow("As the system")
    assert html("data-theme") == ""


@pytest.mark.parametrize("theme", ["", "pink", "dark;x", "<b>"])
def test_unknown_theme_is_none(signed_in, theme):
    signed_in.open(f"/login/theme?theme={theme}&next=https://evil.example/")

    assert THEME_COOKIE not in signed_in.jar
    assert not signed_in.left_for


def at(clock, **time):
    """Move the clock to a time of the next day."""
    wanted = (clock() + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
    clock.move(wanted.replace(**time) - clock())


@pytest.mark.parametrize(
    ("zone", "time"), [("Asia/Tokyo", "9:30:00\u202fPM JST"), ("", "12:30:00\u202fPM UTC")]
)
def test_mails_tell_times_in_the_zone_of_their_reader(signed_in, jane, letters, clock, zone, time):
    """ux.md 2.0 rule 10: who reads "was it me?" compares with a clock on the wall."""
    save(signed_in, zoneinfo=zone)
    at(clock, hour=12, minute=30)
    typed = {"current_password": PASSWORD, "password": remember("four green boats sail home")}

    signed_in.open("/account/security").press("change-password", **typed)

    assert time in letters.text(jane.email)


def test_day_of_a_deletion_is_that_of_its_reader(app, jane, clock, db, settings):
    """ux.md 2.14: in the evening of London it is tomorrow in Auckland."""
    jane.zoneinfo = "Pacific/Auckland"
    at(clock, hour=20)
    with app.test_request_context(base_url=settings.issuer):
        deletions.schedule(jane)
    day = (clock() + settings.deletion_grace + timedelta(days=1)).day

    (letter,) = mailbox.outbox()

    assert f" {day}, " in letter.text
