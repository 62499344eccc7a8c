"""One's own account: name, password, applications, sessions."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from sqlalchemy import select

from app.models import AuditEvent, Session, User
from app.services.upkeep.audit import Event
from tests import factories
from tests.administrators import browser_of, visitor
from tests.factories import PASSWORD
from tests.secrets_seen import remember

NEW = "four green boats sail home"


def change(browser, current=PASSWORD, new=NEW):
    """Change the password on the account page."""
    typed = {"current_password": current, "password": remember(new)}
    return browser.open("/account/security").press("change-password", **typed)


def test_strangers_sign_in_first(browser, jane):
    assert browser.open("/account/").at == "/login/sign-in"


def test_name_is_changed_and_apps_learn_of_it(rp, signed_in, db):
    rp.authorize(signed_in)
    signed_in.allow()
    tokens = rp.redeem(rp.callback(signed_in).code).json

    signed_in.open("/account/profile").press("save", name=" Jane\u202e  Q. Doe ")

    assert signed_in.sees("Your details are saved.")
    assert signed_in.open("/account/").sees("Hello, Jane Q. Doe")
    assert rp.userinfo(tokens["access_token"]).json["name"] == "Jane Q. Doe"
    assert Event.PROFILE_CHANGED in db.session.scalars(select(AuditEvent.event)).all()


def test_name_may_be_empty_and_must_not_be_a_novel(signed_in, db):
    signed_in.open("/account/profile").press("save", name="x" * 201)
    assert signed_in.status == 422

    signed_in.press("save", name="")

    assert db.session.scalars(select(User.name)).one() is None
    assert signed_in.open("/account/").sees("Hello, jane@people.example")


def test_password_is_changed_here_and_ends_what_is_elsewhere(
    app, rp, signed_in, jane, settings, db
):
    """security.md PW06, ASVS 7.4.3: other sessions and every token die, this session stays."""
    elsewhere = visitor(app).sign_in(jane.email, PASSWORD)
    rp.authorize(elsewhere, scope="openid offline_access")
    elsewhere.allow()
    tokens = rp.redeem(rp.callback(elsewhere).code).json

    change(signed_in)

    assert signed_in.sees("Your password is changed. Other devices are signed out.")
    assert signed_in.open("/account/").at == "/account/"
    assert elsewhere.open("/account/").at == "/login/sign-in"
    assert rp.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"
    assert rp.userinfo(tokens["access_token"]).status == 401
    stranger = visitor(app)
    assert stranger.sign_in(jane.email, PASSWORD).status == 422
    assert stranger.sign_in(jane.email, NEW).at == "/account/"


def test_owner_is_told_by_mail(signed_in, jane, settings, db):
    """ASVS 6.3.7."""
    change(signed_in)

    (file,) = Path(settings.mail_folder).glob("*.eml")
    letter = message_from_bytes(file.read_bytes(), policy=default)
    assert letter["To"] == jane.email
    assert letter["Subject"] == "Your password was changed"
    assert f"{settings.issuer}/account/security" in letter.get_body(("plain",)).get_content()
    assert Event.PASSWORD_CHANGED in db.session.scalars(select(AuditEvent.event)).all()


@pytest.mark.parametrize(
    ("current", "new", "words"),
    [
        ("wrong", NEW, "That isn't your current password."),
        (PASSWORD, "too short", "more characters"),
        (PASSWORD, "Jane Doe of Jane Doe", "too close to a name"),
        ("", NEW, "Enter your current password."),
    ],
)
def test_password_stays_when_something_is_wrong(app, signed_in, jane, current, new, words):
    change(signed_in, current, new)

    assert signed_in.status == 422
    assert signed_in.sees(words)
    assert visitor(app).sign_in(jane.email, PASSWORD).at == "/account/"


def test_change_of_password_is_throttled(signed_in, clock):
    for _ in range(5):
        assert change(signed_in, "wrong").status == 422

    assert change(signed_in).status == 429
    assert signed_in.sees("Too many tries. Wait 1 minute, then try again.")


def test_sessions_are_listed_and_this_one_is_marked(app, signed_in, jane):
    visitor(app).sign_in(jane.email, PASSWORD)

    signed_in.open("/account/security")

    assert signed_in.sees("Where you are signed in")
    assert signed_in.shown.text.count("This device") == 1
    assert signed_in.shown.text.count("Linux") == 2


def test_each_session_names_the_apps_that_live_by_it(app, rp, signed_in, jane):
    """security.md SE08: device, time, place, client."""
    elsewhere = browser_of(app, jane)
    rp.authorize(elsewhere)
    elsewhere.allow()
    rp.callback(elsewhere)

    lines = signed_in.open("/account/security").shown.root.find_all("li")
    [there] = [line.text for line in lines if "Sign out there" in line.text]
    [here] = [line.text for line in lines if "This device" in line.text]

    assert "Photo Box" in there
    assert "Signed in: " in there
    assert "Photo Box" not in here
    assert "127.0.0.1" in here


def test_number_of_sessions_costs_no_statements(app, signed_in, jane, statements):
    """performance.md: one query for the sessions, one for their apps."""
    with statements() as few:
        signed_in.open("/account/security")
    for _ in range(3):
        browser_of(app, jane)
    with statements() as many:
        signed_in.open("/account/security")

    assert many.count == few.count


def test_apps_are_listed_with_what_they_may_see(rp, signed_in):
    rp.authorize(signed_in)
    signed_in.allow(["email"])
    rp.callback(signed_in)

    signed_in.open("/account/apps")

    for words in ("Photo Box", "rp.example", "Your email address"):
        assert signed_in.sees(words)
    assert not signed_in.sees("Your name and profile")


def test_form_of_another_site_changes_nothing(signed_in, db):
    signed_in.post("/account/profile", {"name": "Evil"}, from_site="https://evil.example")

    assert signed_in.status == 400
    assert db.session.scalars(select(User.name)).one() == "Jane Doe"


def test_session_that_is_used_does_not_end(signed_in, clock, settings):
    for _ in range(3):
        clock.move(settings.session_idle - timedelta(hours=1))
        assert signed_in.open("/account/").at == "/account/"

    clock.move(settings.session_idle)
    assert signed_in.open("/account/").at == "/login/sign-in"


def test_person_who_was_turned_off_is_out_at_once(signed_in, jane, db, clock):
    jane.disabled_at = clock()
    db.session.commit()

    assert signed_in.open("/account/").at == "/login/sign-in"


def test_access_is_removed_and_tokens_die_at_once(rp, signed_in, db):
    """security.md CO06."""
    rp.authorize(signed_in)
    signed_in.allow()
    tokens = rp.redeem(rp.callback(signed_in).code).json

    signed_in.open("/account/apps").press("remove-1")

    assert signed_in.sees("The access is removed.")
    assert not signed_in.has("remove-1")
    assert rp.userinfo(tokens["access_token"]).status == 401
    assert rp.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"
    rp.authorize(signed_in)
    assert signed_in.has("allow"), "consent is asked for again"


def test_session_on_another_device_is_ended(app, signed_in, jane):
    """ux.md 2.14."""
    elsewhere = browser_of(app, jane)
    elsewhere.open("/account/")
    buttons = [
        one.get("id") for one in signed_in.open("/account/security").shown.root.find_all("button")
    ]
    [button] = [name for name in buttons if name.startswith("end-")]

    signed_in.press(button)

    assert signed_in.sees("You are signed out there.")
    assert elsewhere.open("/account/").at == "/login/sign-in"
    assert signed_in.open("/account/").at == "/account/"


def test_session_of_somebody_else_cannot_be_ended(app, signed_in, db):
    """ASVS 8.2.2: one's own alone."""
    stranger = factories.user()
    theirs = browser_of(app, stranger)
    session_id = db.session.scalar(select(Session.id).where(Session.user_id == stranger.id))
    token = signed_in.open("/account/security").csrf_token

    signed_in.post(f"/account/sessions/{session_id}/end", {"csrf_token": token})

    assert signed_in.status == 404
    assert theirs.open("/account/").at == "/account/"


def test_application_that_can_start_the_sign_in_is_opened(signed_in, register):
    """OIDC Core §4: the address gets `iss`."""
    rp = register(initiate_login_uri="https://rp.example/start?by=us")
    rp.authorize(signed_in)
    signed_in.allow()

    links = signed_in.open("/account/apps").shown.root.find_all("a")

    [opened] = [link.get("href") for link in links if link.text.strip() == "Open"]
    assert opened == "https://rp.example/start?by=us&iss=https%3A%2F%2Fid.example"
