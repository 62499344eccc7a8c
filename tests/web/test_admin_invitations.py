"""Who may invite, how often, and what reaches the mail."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from tests import factories
from tests.administrators import browser_of, visitor

EMAIL = "omar@people.example"


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


def invite(desk, email=EMAIL, **fields):
    """Invite somebody from the list of users; return the browser."""
    desk.open("/admin/users").follow("Invite somebody")
    return desk.press("invite", email=email, **fields)


@pytest.mark.parametrize("path", ["/admin/invitations", "/admin/invitations/new"])
def test_nobody_else_invites(app, jane, path):
    """security.md AD01."""
    assert browser_of(app, jane).open(path).status == 403
    assert visitor(app).open(path).at == "/login/sign-in"


def test_invitations_are_sent_after_a_recent_sign_in(desk, clock):
    """security.md AD04, SE10."""
    for _ in range(2):  # the administration is left by itself after a quarter of an hour unused
        clock.move(timedelta(minutes=8))
        desk.open("/admin/invitations")

    assert desk.open("/admin/invitations").at == "/admin/invitations"
    assert desk.open("/admin/invitations/new").at == "/login/sign-in"


def test_mailbox_of_a_stranger_cannot_be_filled(desk, clock, letters):
    """security.md RV06."""
    for _ in range(5):
        invite(desk)

    assert invite(desk).status == 429
    assert desk.sees("Too many tries.")
    assert len(letters()) == 5


def test_names_make_no_other_mail(desk, boss, db, letters):
    """security.md RV03: neither lines nor tags of a name reach the mail."""
    boss.name = "Jane <b>Doe</b>"
    db.session.commit()
    invite(desk)

    letter = letters()[0]
    assert "Jane <b>Doe</b> invites you" in letter.get_body(("plain",)).get_content()
    assert "&lt;b&gt;Doe" in letter.get_body(("html",)).get_content()
