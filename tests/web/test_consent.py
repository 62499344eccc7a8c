"""Consent: the very values, a choice for each, an answer that counts for one person alone."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.models import AuditEvent, Consent
from app.services.people import groups
from app.services.upkeep.audit import Event
from tests import factories
from tests.administrators import visitor
from tests.factories import PASSWORD

ALL = "openid profile email address phone offline_access"


@pytest.fixture
def asks_all(register):
    """Return an application that may ask for everything."""
    return register(scope=f"{ALL} photos:read")


def ticked(browser):
    """Return the scopes whose boxes are ticked."""
    boxes = [box for box in browser.shown.root.find_all("input") if box.get("name") == "scope"]
    return {box.get("value") for box in boxes if box.has("checked")}


def asked(rp, browser, scope=ALL, **changes):
    """Bring the browser to the consent page."""
    rp.authorize(browser, scope=scope, **changes)
    assert browser.at == "/login/consent"
    return browser


def test_page_shows_the_very_values(asks_all, signed_in, jane, db):
    jane.phone_number = "+33 1 23 45 67 89"
    jane.nickname = "Janie"
    jane.address = {"street_address": "1 Rue de la Paix", "locality": "Paris"}
    db.session.commit()

    asked(asks_all, signed_in)

    for value in (
        "Allow Photo Box to use your account?",
        "rp.example",
        "Jane Doe",
        "Nickname: Janie",
        "jane@people.example, confirmed",
        "+33 1 23 45 67 89",
        "1 Rue de la Paix, Paris",
        "Until you remove it, or 14 days unused.",
        "First time",
        "New app, added today",
    ):
        assert signed_in.sees(value), value


def test_what_is_missing_is_said_and_blocks_nothing(asks_all, signed_in):
    asked(asks_all, signed_in)
    assert signed_in.sees("You haven't added one.")

    signed_in.allow(["phone"])

    tokens = asks_all.redeem(asks_all.callback(signed_in).code).json
    assert tokens["scope"].split() == ["openid", "phone"]
    assert "phone_number" not in asks_all.userinfo(tokens["access_token"]).json


def test_groups_are_shown_by_name_and_start_off(register, signed_in, jane, db):
    """ux.md 2.8: the very values; what is sensitive starts off."""
    rp = register(scope="openid groups")
    asked(rp, signed_in, "openid groups")
    assert signed_in.sees("You are in none.")
    made = groups.create("Deck crew", description="", requires_second_step=False, by=jane.id)
    groups.add_member(made, jane, by=jane.id)
    db.session.commit()

    asked(rp, signed_in, "openid groups")

    assert signed_in.sees("The groups you belong to")
    assert signed_in.sees("Deck crew")
    assert ticked(signed_in) == set()


def test_sensitive_scopes_start_off_and_the_usual_ones_on(asks_all, signed_in):
    asked(asks_all, signed_in, f"{ALL} photos:read")

    assert ticked(signed_in) == {"profile", "email", "offline_access", "photos:read"}
    assert not signed_in.has("scope-openid")


def test_every_optional_scope_can_start_off(asks_all, jane, make_app):

    browser = visitor(make_app(scopes_start="off"))
    browser.sign_in(jane.email, PASSWORD)
    asked(asks_all, browser)

    assert ticked(browser) == set()


def test_answer_is_remembered_with_what_was_left_out(asks_all, signed_in, db):
    asked(asks_all, signed_in).allow(["email"])
    asks_all.callback(signed_in)

    asks_all.authorize(signed_in, scope=ALL)

    assert asks_all.callback(signed_in).code
    given = db.session.scalars(select(Consent)).one()
    assert set(given.scope.split()) == {"openid", "email"}
    assert set(given.declined.split()) == {"profile", "address", "phone", "offline_access"}


def test_what_is_new_comes_first_and_the_rest_is_folded(asks_all, signed_in):
    asked(asks_all, signed_in, "openid profile email").allow(["email"])

    asked(asks_all, signed_in, "openid profile email address")

    assert signed_in.sees("Photo Box wants something new")
    assert signed_in.sees("Already allowed (2)")
    text = signed_in.shown.text
    assert text.index("Your postal address") < text.index("Your name and profile")
    assert ticked(signed_in) == {"email"}
    assert not signed_in.sees("First time")


def test_scope_that_was_not_asked_for_cannot_be_slipped_in(asks_all, signed_in):
    filled = asked(asks_all, signed_in, "openid email").fill("allow")

    signed_in.post(filled.url, {**dict(filled.fields), "scope": "address"})

    tokens = asks_all.redeem(asks_all.callback(signed_in).code).json
    assert tokens["scope"] == "openid"


def test_cancel_is_an_answer_and_is_not_remembered(asks_all, signed_in, db):
    asked(asks_all, signed_in).deny()

    assert asks_all.callback(signed_in).error == "access_denied"
    assert db.session.scalars(select(Consent)).all() == []
    events = db.session.scalars(select(AuditEvent.event)).all()
    assert Event.CONSENT_REFUSED in events
    asked(asks_all, signed_in)


def test_answer_of_one_person_never_counts_for_another(asks_all, signed_in, db):
    """Another tab has switched the account: whoever is there now is asked who goes on."""
    other = factories.user("john@people.example", name="John Doe")
    filled = asked(asks_all, signed_in).fill("allow")
    signed_in.open("/login/sign-in").sign_in(other.email, PASSWORD)

    signed_in.post(filled.url, dict(filled.fields))

    assert signed_in.at == "/login/select-account"
    assert signed_in.sees("john@people.example")
    assert db.session.scalars(select(Consent)).all() == []


def test_pressing_twice_answers_once(asks_all, signed_in):
    filled = asked(asks_all, signed_in).fill("allow")
    signed_in.post(filled.url, dict(filled.fields))
    first = asks_all.callback(signed_in).code

    signed_in.post(filled.url, dict(filled.fields))

    assert signed_in.status == 400
    assert signed_in.sees("Already done")
    assert asks_all.redeem(first).status == 200


def test_answer_without_a_form_of_ours_is_refused(asks_all, signed_in, db):
    url = asked(asks_all, signed_in).shown.url

    signed_in.post(url, {"answer": "allow", "scope": "email"}, from_site="https://evil.example")

    assert signed_in.at == "/login/consent"
    assert db.session.scalars(select(Consent)).all() == []


def test_neither_allow_nor_cancel_is_no_answer(asks_all, signed_in):
    filled = asked(asks_all, signed_in).fill("allow")

    signed_in.post(filled.url, {**dict(filled.fields), "answer": "maybe"})

    assert signed_in.status == 400


def test_request_of_another_browser_cannot_be_answered_here(asks_all, app, signed_in):
    """Consent fixation: what one person started, another cannot finish."""
    other = visitor(app)
    asks_all.authorize(other)

    signed_in.open(other.shown.url)

    assert signed_in.status == 400
    assert signed_in.sees("This sign-in began in another browser")
    assert not signed_in.sees("Photo Box")


@pytest.mark.parametrize("page", ["consent", "sign-in", "select-account", "sign-up"])
def test_request_that_waited_too_long_is_gone(asks_all, signed_in, clock, page):
    asked(asks_all, signed_in)
    handle = signed_in.shown.url.partition("interaction=")[2]
    clock.move(minutes=61)

    signed_in.open(f"/login/{page}?interaction={handle}")

    assert signed_in.status == 410
    assert signed_in.sees("This sign-in has timed out")
    assert signed_in.sees("Start again from Photo Box")


def test_consent_without_a_request_has_no_meaning(signed_in):
    signed_in.open("/login/consent")

    assert signed_in.status == 410


def test_app_on_this_device_is_named_so(register, signed_in):
    rp = register("native", redirect_uris=["com.example.photos:/callback"])

    asked(rp, signed_in, "openid")

    assert signed_in.sees("on this device")


def test_page_speaks_the_language_the_app_asks_for(asks_all, signed_in):
    """OIDC Core §3.1.2.1: ui_locales."""
    asked(asks_all, signed_in, ui_locales="ar en")

    html = signed_in.shown.root.find_all("html")[0]
    assert (html.get("lang"), html.get("dir")) == ("ar", "rtl")
