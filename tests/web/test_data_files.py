"""Data that is too much to be put together at once: a job makes the file, a mail has the link."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select

from app.jobs import cleanup, email
from app.jobs import exports as job
from app.models import AuditEvent, DataExport, Mail
from app.security import secrets
from app.services.authorization.levels import RECENT
from app.services.people import deletions, export_files
from app.services.upkeep.audit import Event
from tests import factories
from tests.administrators import browser_of, visitor
from tests.factories import PASSWORD

PAGE = "/account/data/file"


@pytest.fixture
def busy(jane, db):
    """Return Jane, with whose account so much was done that her file is large."""
    done = {"event": Event.SIGNED_IN.value, "user_id": jane.id, "details": {}, "client_id": ""}
    row = {**done, "address": "192.0.2.7", "reference": ""}
    rows = [row] * (export_files.MOST_AT_ONCE + 1)
    db.session.execute(insert(AuditEvent.__table__), rows)
    db.session.commit()
    return jane


@pytest.fixture
def asking(app, busy):
    """Return her browser after she has asked for the file."""
    return browser_of(app, busy).open("/account/data").press("download")


def run():
    """Let the job and the mail have their turn."""
    job.make()
    email.deliver()


def fetch(browser, link):
    """Open the link, and press the button; return the answer."""
    return browser.open(link).press("download").answer


def row(db):
    db.session.rollback()
    return db.session.scalars(select(DataExport)).one_or_none()


def recorded(db, event):
    """Return how often it is in the audit log."""
    wanted = select(func.count()).select_from(AuditEvent).where(AuditEvent.event == event.value)
    return db.session.scalar(wanted)


def test_page_says_that_the_file_is_being_made(asking, busy, db):
    """ux.md 2.14."""
    assert asking.at == "/account/data"
    assert asking.sees("We're preparing your file and will mail you a link.")
    assert asking.sees(busy.email)
    assert not asking.has("download")
    assert recorded(db, Event.EXPORT_ASKED) == 1
    assert recorded(db, Event.EXPORTED) == 0


def test_link_in_the_mail_leads_to_the_file(asking, busy, letters, db):
    run()
    assert asking.open("/account/data").sees("Your file is ready")

    answer = fetch(asking, letters.link(busy.email))

    assert answer.headers["content-disposition"] == 'attachment; filename="account.json"'
    assert "no-store" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.json["account"]["claims"]["email"] == busy.email
    assert len(answer.json["activity"]) > export_files.MOST_AT_ONCE
    assert recorded(db, Event.EXPORTED) == 1


def test_looking_at_the_link_gives_nothing_away(asking, busy, letters, db):
    """security.md RV04: the token leaves the address; a button gives the file."""
    run()

    asking.open(letters.link(busy.email))

    assert "token" not in asking.shown.url
    assert recorded(db, Event.EXPORTED) == 0


def test_link_alone_opens_nothing(app, asking, busy, letters):
    """ux.md 2.14: it needs a sign-in as that person, and a recent one."""
    run()
    link = letters.link(busy.email)
    stranger = visitor(app).open(link)
    assert stranger.at == "/login/sign-in"

    stranger.sign_in(busy.email, PASSWORD)

    assert stranger.at == PAGE
    assert stranger.press("download").answer.json["account"]["claims"]["email"] == busy.email


def test_somebody_else_with_the_link_gets_nothing(app, asking, busy, letters, db):
    run()
    mallory = browser_of(app, factories.user("mallory@people.example"))

    mallory.open(letters.link(busy.email))

    assert (mallory.status, mallory.at) == (410, PAGE)
    assert busy.email not in mallory.answer.text
    assert recorded(db, Event.EXPORTED) == 0


def test_old_sign_in_is_not_enough(clock, asking, busy, letters):
    """security.md SE10."""
    run()
    clock.move(RECENT + timedelta(seconds=1))

    assert asking.open(letters.link(busy.email)).at == "/login/sign-in"


def test_file_can_be_fetched_again_for_seven_days(clock, app, asking, busy, letters, db):
    run()
    link = letters.link(busy.email)
    first = fetch(asking, link).text
    clock.move(export_files.LIFETIME - timedelta(minutes=1))
    assert fetch(browser_of(app, busy), link).text == first, "it is the same file"

    clock.move(timedelta(minutes=2))

    assert browser_of(app, busy).open(link).status == 410
    clock.move(timedelta(minutes=10))
    cleanup.clean()
    assert row(db) is None


def test_newer_file_replaces_the_older(app, asking, busy, letters):
    run()
    old = letters.link(busy.email)
    asking.open("/account/data").press("download")
    assert asking.open(old).status == 410

    run()

    assert fetch(asking, letters.link(busy.email)).status == 200


def test_asking_twice_makes_one_file_and_one_mail(app, asking, busy, db):
    browser = browser_of(app, busy).open("/account/emails")
    browser.post("/account/data", {"csrf_token": browser.csrf_token})

    run()
    run()

    assert recorded(db, Event.EXPORT_ASKED) == 1
    mails = select(func.count()).select_from(Mail).where(Mail.template == "export_ready")
    assert db.session.scalar(mails) == 1


def test_of_two_processes_one_makes_it(busy, db, clock):
    """A file that takes longer than the lease is made twice, and mailed once."""
    export_files.ask(busy)
    db.session.commit()
    first = export_files.claim(busy.id)
    assert export_files.claim(busy.id) is None
    clock.move(export_files.LEASE)
    second = export_files.claim(busy.id)

    made = [export_files.make(busy.id, when, link=str) for when in (first, second)]

    assert made == [True, False]


def test_file_is_kept_closed(asking, busy, db):
    """Who reads the database, or a backup of it, reads neither the file nor the link."""
    run()
    kept = row(db)

    assert busy.email not in kept.sealed
    assert "claims" not in kept.sealed
    assert len(kept.digest) == 43


def test_file_that_nobody_can_read_any_more_is_gone(asking, busy, letters, db):
    """The key outside the database was replaced meanwhile: they ask for another one."""
    run()
    row(db).sealed = secrets.encrypt("another key", "{}", context="export")
    db.session.commit()

    assert fetch(asking, letters.link(busy.email)).status == 410
    assert recorded(db, Event.EXPORTED) == 0


@pytest.mark.parametrize("when", ["before it is made", "after it is made"])
def test_deletion_of_the_account_ends_it(asking, busy, letters, db, when):
    """security.md RV13: dead at once, not only after the grace."""
    if when.startswith("after"):
        run()
    deletions.schedule(busy)
    db.session.commit()

    run()

    assert row(db) is None
    deletions.keep(busy)
    db.session.commit()
    if when.startswith("after"):
        assert asking.open("/login/sign-in").sign_in(busy.email, PASSWORD).at == "/account/"
        assert asking.open(letters.link(busy.email)).status == 410


def test_small_account_is_answered_at_once(signed_in, db):
    signed_in.open("/account/data").press("download")

    assert signed_in.answer.json["account"]
    assert row(db) is None
