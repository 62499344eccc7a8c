"""Invitations: an administrator asks, the owner of the mailbox makes the account, nobody else."""

from __future__ import annotations

import re
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.models import AuditEvent, Invitation, User
from app.services.upkeep.audit import Event
from tests import factories
from tests.administrators import browser_of, visitor
from tests.factories import PASSWORD
from tests.secrets_seen import remember

NEW = "four green boats sail home"
EMAIL = "omar@people.example"
LINK = re.compile(r"https://id\.example/login/invitation\?token=(\S+)")


@pytest.fixture
def boss(db):
    """Make an administrator."""
    assert db.engine, "a context of the application is open"
    return factories.admin("boss@people.example", name="Jane Doe")


@pytest.fixture
def desk(app, boss):
    """Return the administrator's browser."""
    return browser_of(app, boss)


@pytest.fixture
def letters(settings):
    """Return a function that reads the invitations that were mailed, the newest last."""

    def read():
        files = sorted(Path(settings.mail_folder).glob("*.eml"), key=lambda f: f.stat().st_mtime_ns)
        found = [message_from_bytes(file.read_bytes(), policy=default) for file in files]
        return [letter for letter in found if "invitation" in letter["Subject"]]

    return read


@pytest.fixture
def link(letters):
    """Return a function that reads the link in the newest invitation."""

    def read():
        found = LINK.search(letters()[-1].get_body(("plain",)).get_content())
        remember(found[1])
        return found[0]

    return read


def invite(desk, email=EMAIL, **fields):
    """Invite somebody from the list of users; return the browser."""
    desk.open("/admin/users").follow("Invite somebody")
    return desk.press("invite", email=email, **fields)


def events(db):
    """Return what was recorded, in order."""
    return db.session.scalars(select(AuditEvent.event).order_by(AuditEvent.id)).all()


def person(db):
    """Return the account that was made, None without one."""
    db.session.expire_all()
    return db.session.scalar(select(User).where(User.email == EMAIL))


def test_invited_person_makes_an_account_and_is_let_in(app, desk, boss, link, letters, db):
    """ux.md 2.2: the address is read-only, and who invites is named."""
    invite(desk, name="Omar  Haddad")
    assert desk.at == "/admin/invitations"
    assert desk.sees("The invitation is on its way.")
    assert desk.sees(EMAIL)
    assert letters()[0]["To"] == EMAIL
    assert person(db) is None, "no account before the link is used"

    browser = visitor(app).open(link())
    assert browser.sees("Invited by")
    assert browser.sees("Jane Doe")
    assert browser.element("email").get("value") == EMAIL
    assert browser.element("email").has("readonly")
    assert browser.element("name").get("value") == "Omar Haddad"
    browser.press("register", password=NEW)

    assert browser.at == "/account/"
    made = person(db)
    assert (made.name, made.email_verified, made.is_admin) == ("Omar Haddad", True, False)
    assert {Event.INVITED, Event.INVITATION_ACCEPTED, Event.SIGNED_IN} <= set(events(db))
    assert visitor(app).sign_in(EMAIL, NEW).at == "/account/"
    assert browser.open("/account/activity").sees("You were invited and made this account")


def test_it_works_where_sign_up_is_closed(make_app, desk, link, db):
    """ux.md 2.2: new accounts are by invitation."""
    invite(desk)

    browser = visitor(make_app(sign_up="closed")).open(link())
    browser.press("register", name="", password=NEW)

    assert browser.at == "/account/"
    assert person(db)


def test_role_is_the_one_of_the_invitation_whatever_is_sent(app, desk, link, db):
    """security.md RV02, RV11, CVE-2026-1529: neither address nor role come from the form."""
    invite(desk)
    browser = visitor(app).open(link())
    filled = browser.fill("register", password=NEW)
    sent = {**dict(filled.fields), "email": "evil@people.example", "is_admin": "y"}
    browser.post(filled.url, sent)

    assert not person(db).is_admin
    assert db.session.scalar(select(func.count()).select_from(User)) == 2


def test_administrator_is_invited_on_purpose(app, desk, link, db):
    invite(desk, is_admin=["y"])

    browser = visitor(app).open(link())
    assert browser.sees("You will be an administrator of")
    browser.press("register", password=NEW)

    assert browser.at == "/admin/applications"
    assert person(db).is_admin


def test_new_administrator_sets_up_the_second_step_first(make_app, desk, link, db):
    """security.md MF01: an invitation is a way in like the others."""
    invite(desk, is_admin=["y"])
    app = make_app(second_step="admins")

    browser = visitor(app).open(link()).press("register", password=NEW)

    assert browser.at == "/login/enrol"
    assert browser.open("/admin/users").at.startswith("/login/")


def test_looking_at_a_link_does_not_use_it_up_and_the_token_leaves_the_url(app, desk, link):
    """security.md RV04: mail scanners open every link."""
    invite(desk)
    for _ in range(3):
        browser = visitor(app).open(link())
        assert browser.has("register")
        assert "token" not in browser.shown.url

    assert browser.press("register", password=NEW).at == "/account/"


def test_link_works_once(app, desk, link):
    """security.md RV02."""
    invite(desk)
    used = link()
    visitor(app).open(used).press("register", password=NEW)

    other = visitor(app).open(used)

    assert other.status == 410
    assert other.sees("This invitation doesn't work any more")
    assert other.open("/account/").at == "/login/sign-in"


def test_link_dies_after_a_week(app, desk, link, clock):
    invite(desk)

    clock.move(timedelta(days=7) - timedelta(seconds=1))
    assert visitor(app).open(link()).has("register")
    clock.move(timedelta(seconds=1))
    assert visitor(app).open(link()).status == 410


def test_newer_invitation_replaces_the_older(app, desk, link, db):
    """security.md RV06: also when it names another role."""
    invite(desk, is_admin=["y"])
    older = link()
    invite(desk, email=EMAIL.upper())

    assert visitor(app).open(older).status == 410
    assert db.session.scalar(select(func.count()).select_from(Invitation)) == 1
    assert not visitor(app).open(link()).sees("administrator")


def test_link_is_sent_again_and_the_one_before_is_dead(app, desk, link, db):
    invite(desk)
    older = link()
    desk.press(f"resend-{db.session.scalar(select(Invitation.id))}")

    assert desk.sees("A new link is on its way; the one before is dead.")
    assert visitor(app).open(older).status == 410
    assert visitor(app).open(link()).has("register")


def test_invitation_is_taken_back(app, desk, link, db):
    """ux.md 2.18."""
    invite(desk)
    sent = link()
    number = db.session.scalar(select(Invitation.id))
    elsewhere = visitor(app).open(sent)
    desk.press(f"revoke-{number}")

    assert desk.sees("The invitation is taken back.")
    assert elsewhere.press("register", password=NEW).status == 410
    assert Event.INVITATION_REVOKED in events(db)
    assert person(db) is None


def test_taking_back_what_was_used_says_so(app, desk, link, db):
    invite(desk)
    number = db.session.scalar(select(Invitation.id))
    desk.open("/admin/invitations")
    visitor(app).open(link()).press("register", password=NEW)

    assert desk.press(f"revoke-{number}").status == 404


def test_address_that_has_an_account_by_now_is_told_so(app, desk, link, db):
    """CVE-2026-1529: the link signs nobody in, and gives no role to the account there is."""
    invite(desk, is_admin=["y"])
    omar = factories.user(EMAIL)
    browser = visitor(app).open(link())

    assert browser.status == 409
    assert browser.sees("You have an account already")
    assert browser.open("/account/").at == "/login/sign-in"
    db.session.refresh(omar)
    assert not omar.is_admin


def test_account_is_not_invited(desk, db):
    factories.user(EMAIL)
    invite(desk, email=EMAIL.upper())

    assert desk.status == 422
    assert desk.sees("There is an account with this email address already.")
    assert db.session.scalar(select(func.count()).select_from(Invitation)) == 0


@pytest.mark.parametrize("fall", ["is_admin", "disabled_at", "gone"])
def test_administrator_is_made_on_no_word_of_somebody_who_is_none(app, desk, boss, link, db, fall):
    """security.md AD03: what was sent before a fall does not outlive it."""
    invite(desk, is_admin=["y"])
    for_administrator = link()
    invite(desk, email="user@people.example")
    if fall == "gone":
        db.session.delete(boss)
    else:
        setattr(boss, fall, False if fall == "is_admin" else boss.created_at)
    db.session.commit()

    assert visitor(app).open(for_administrator).status == 410
    assert visitor(app).open(link()).has("register"), "a user harms nobody"


def test_weak_password_is_refused_and_the_link_stays_good(app, desk, link):
    """security.md PW03."""
    invite(desk)
    browser = visitor(app).open(link())

    assert browser.press("register", name="Omar", password="whatevereedo583525").status == 422
    assert browser.sees("This password appears in known leaks. Choose another.")
    assert browser.press("register", password=NEW).at == "/account/"


def test_somebody_signed_in_gives_way_to_the_new_account(app, desk, jane, link):
    invite(desk)
    browser = visitor(app).sign_in(jane.email, PASSWORD)

    browser.open(link()).press("register", name="Omar", password=NEW)

    assert browser.open("/account/").sees("Omar")
