"""What was typed is not lost when the session ends meanwhile, or asks for a new proof."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.database import db as database
from app.models import Group, UnsentForm, User
from app.services.authorization import unsent_forms
from app.services.authorization.levels import RECENT
from tests import factories
from tests.administrators import browser_of
from tests.factories import PASSWORD

WORDS = "Jane of the Seven Seas"


def typed_too_late(signed_in, clock, settings):
    """Fill in the profile, and send it when the session has ended."""
    signed_in.open("/account/profile")
    clock.move(settings.session_idle + timedelta(minutes=1))
    return signed_in.press("save", name=WORDS, locality="Nantes")


def kept(browser):
    """Return how many forms the database keeps."""
    assert browser.page is not None
    database.session.rollback()
    return database.session.scalar(select(func.count()).select_from(UnsentForm))


def test_form_comes_back_filled_in_after_the_session_has_ended(signed_in, clock, settings, db):
    """ux.md 2.13: what was typed is kept, and saved by nobody but its person."""
    typed_too_late(signed_in, clock, settings)
    assert signed_in.at == "/login/sign-in"
    assert signed_in.sees("What you typed is kept.")

    signed_in.sign_in("jane@people.example", PASSWORD)

    assert signed_in.at == "/account/profile"
    assert signed_in.sees("What you typed is back. It is not saved yet")
    assert signed_in.element("name").get("value") == WORDS
    assert signed_in.element("locality").get("value") == "Nantes"
    assert db.session.scalars(select(User.name)).one() == "Jane Doe"
    signed_in.press("save")
    assert signed_in.sees("Your details are saved.")
    assert db.session.scalars(select(User.name).execution_options(populate_existing=True)).one()
    assert signed_in.open("/account/").sees(f"Hello, {WORDS}")


def test_page_may_be_looked_at_twice_and_sending_it_uses_it_up(signed_in, clock, settings):
    """security.md SE07: a GET changes nothing; the press of the button does."""
    typed_too_late(signed_in, clock, settings).sign_in("jane@people.example", PASSWORD)
    address = signed_in.shown.url

    assert signed_in.open(address).element("name").get("value") == WORDS
    signed_in.press("save")

    assert kept(signed_in) == 0
    assert signed_in.open(address).sees("is not kept any more")
    signed_in.press("save", name="Jane again")
    assert signed_in.sees("Your details are saved.")


def test_somebody_else_in_the_same_browser_does_not_see_it(signed_in, clock, settings, db):
    """ux.md 2.13: the same person; a shared computer shows nothing to the next one."""
    other = factories.user("omar@people.example", name="Omar Haddad")

    typed_too_late(signed_in, clock, settings).sign_in(other.email, PASSWORD)

    assert signed_in.at == "/account/profile"
    assert signed_in.element("name").get("value") == "Omar Haddad"
    assert not signed_in.sees("What you typed is back")


def test_another_browser_of_the_same_person_does_not_see_it(app, signed_in, jane, clock, settings):
    typed_too_late(signed_in, clock, settings)

    elsewhere = browser_of(app, jane).open("/account/profile?unsent=yes")

    assert elsewhere.element("name").get("value") == "Jane Doe"


def test_it_is_kept_for_an_hour(signed_in, clock, settings):
    typed_too_late(signed_in, clock, settings)
    clock.move(unsent_forms.LIFETIME + timedelta(seconds=1))

    signed_in.open(signed_in.shown.url).sign_in("jane@people.example", PASSWORD)

    assert signed_in.element("name").get("value") == "Jane Doe"
    assert signed_in.sees("is not kept any more")


def test_form_survives_the_question_who_one_is(signed_in, clock, letters):
    """security.md SE10: a page that asks for a new proof; the address is not added by itself."""
    signed_in.open("/account/emails")
    clock.move(RECENT + timedelta(seconds=1))
    signed_in.press("add", email="second@people.example")
    assert signed_in.sees("Confirm it's you")

    signed_in.sign_in("jane@people.example", PASSWORD)

    assert signed_in.at == "/account/emails"
    assert signed_in.element("email").get("value") == "second@people.example"
    assert signed_in.press("add").at.startswith("/account/emails/confirm/")


def test_administration_keeps_forms_too(app, db, clock, settings):
    admin = factories.admin()
    browser = browser_of(app, admin).open("/admin/groups/new")
    clock.move(settings.admin_idle + timedelta(seconds=1))
    browser.press("make", name="Sailors", requires_second_step="y")

    browser.sign_in(admin.email, PASSWORD)

    assert browser.at == "/admin/groups/new"
    assert browser.element("name").get("value") == "Sailors"
    assert browser.element("requires_second_step").has("checked")
    assert db.session.scalar(select(func.count()).select_from(Group)) == 0
    assert browser.press("make").at.startswith("/admin/groups/")


def test_long_form_of_an_application_comes_back(app, db, clock, settings):
    admin, made = factories.admin(), factories.client()
    browser = browser_of(app, admin).open(f"/admin/applications/{made.client_id}")
    clock.move(settings.admin_idle + timedelta(seconds=1))
    addresses = "https://rp.example/one\nhttps://rp.example/two"
    browser.press("save-addresses", redirect_uris=addresses)

    browser.sign_in(admin.email, PASSWORD)

    assert browser.element("redirect_uris").text.split() == addresses.split()
    browser.press("save-addresses")
    assert browser.sees("saved"), browser.shown.text


def test_section_that_is_sent_leaves_what_waits_in_another(app, db, clock, settings):
    """ux.md 2.17: sections are saved by themselves, and come back by themselves."""
    admin, made = factories.admin(), factories.client()
    page = f"/admin/applications/{made.client_id}"
    browser = browser_of(app, admin).open(page)
    clock.move(settings.admin_idle + timedelta(seconds=1))
    browser.press("save-basics", client_name="Photo Chest").sign_in(admin.email, PASSWORD)
    waiting = browser.shown.url

    browser.open(page).press("save-tokens")

    assert browser.open(waiting).element("client_name").get("value") == "Photo Chest"


def test_passwords_and_secrets_are_never_kept(app, db, clock, settings, signed_in):
    """ux.md 2.0 rule 8: nothing typed is lost, except secrets."""
    admin = factories.admin()
    browser = browser_of(app, admin).open("/admin/upstreams/new")
    clock.move(settings.admin_idle + timedelta(seconds=1))
    secret = "the-client-secret-of-somebody"
    browser.press("add", issuer="https://op.example", client_id="us", secret=secret)

    row = db.session.scalars(select(UnsentForm)).one()
    whose = unsent_forms.Whose(row.user_id, row.browser)
    unsent = unsent_forms.find(whose, row.page)

    assert "secret" not in unsent.fields
    assert "csrf_token" not in unsent.fields
    assert unsent.fields["client_id"] == ["us"]
    assert "op.example" not in row.sealed
    browser.sign_in(admin.email, PASSWORD)
    assert browser.element("client_id").get("value") == "us"
    assert not browser.element("secret").get("value")


def test_password_form_and_dangerous_forms_keep_nothing(signed_in, clock, settings):
    """ux.md 2.13: for non-dangerous forms only; the person is led back to the page."""
    forms = (
        ("/account/security", "change-password", {"current_password": PASSWORD, "password": "x"}),
        ("/account/delete", "delete", {"email": "jane@people.example"}),
    )
    for page, button, typed in forms:
        signed_in.open(page)
        clock.move(settings.session_idle + timedelta(minutes=1))
        signed_in.press(button, **typed)
        assert kept(signed_in) == 0

        signed_in.sign_in("jane@people.example", PASSWORD)

        assert signed_in.at == page


def test_button_that_came_too_late_leads_back_to_its_page(app, signed_in, jane, clock):
    """ux.md 2.13: a press is not replayed; the page with the button comes back."""
    elsewhere = browser_of(app, jane).open("/account/")
    signed_in.open("/account/security")
    clock.move(RECENT + timedelta(seconds=1))
    signed_in.press("sign-out-others")
    assert signed_in.sees("Confirm it's you")

    signed_in.sign_in(jane.email, PASSWORD)

    assert signed_in.at == "/account/security"
    assert elsewhere.open("/account/").at == "/account/", "nothing was ended by itself"
    assert signed_in.press("sign-out-others").sees("You are signed out")
    assert elsewhere.open("/account/").at == "/login/sign-in"


def test_another_site_cannot_lay_words_ready(signed_in, clock, settings):
    """CSRF: what is kept was sent by a page of ours."""
    clock.move(settings.session_idle + timedelta(minutes=1))

    signed_in.post("/account/profile", {"name": "Evil"}, from_site="https://evil.example")

    assert signed_in.status == 400
    assert kept(signed_in) == 0


def test_stranger_leaves_nothing_behind(browser, db):
    """security.md RL: rows are for those who had a session."""
    form = browser.open("/login/sign-in").element("sign-in").inside("form")
    token = next(one for one in form.find_all("input") if one.get("name") == "csrf_token")

    browser.post("/account/profile", {"csrf_token": token.get("value"), "name": "Nobody"})

    assert browser.at == "/login/sign-in"
    assert kept(browser) == 0
    assert not browser.sees("What you typed is kept.")


@pytest.mark.parametrize("surplus", ["long", "many"])
def test_what_is_kept_is_bounded(jane, surplus):
    whose = unsent_forms.Whose.of(jane.id, "browser")
    text = "x" * (unsent_forms.LONGEST if surplus == "long" else 1)
    pages = (f"/admin/groups/{number}" for number in itertools.count())
    if surplus == "many":
        for page in itertools.islice(pages, unsent_forms.MOST):
            assert unsent_forms.keep(whose, page, unsent_forms.Unsent("Form", {"name": [text]}))

    late = unsent_forms.Unsent("Form", {"name": [text]})

    assert not unsent_forms.keep(whose, next(pages), late)
