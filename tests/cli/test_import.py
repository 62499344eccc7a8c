"""Importing people on the command line: the same check, the same rules."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.models import Mail, User
from tests import mailbox

FILE = "email,name\nomar@new.example,Omar\nnobody,Nobody\n"


@pytest.fixture
def file(tmp_path):
    """Return a function that writes a file."""

    def written(text=FILE):
        path = tmp_path / "people.csv"
        path.write_text(text)
        return str(path)

    return written


def emails(db):
    return db.session.scalars(select(User.email)).all()


def test_dry_run_writes_nothing_and_tells_of_errors(run, file, db):
    code, printed = run("user", "import", file(), "--dry-run")

    assert code == 1
    assert "omar@new.example\tadd" in printed
    assert "nobody\twrong\tThis is no whole address" in printed
    assert emails(db) == []


def test_people_are_added_and_mailed(run, file, db):
    code, printed = run("user", "import", file("email\nomar@new.example\n"))

    assert (code, emails(db)) == (0, ["omar@new.example"]), printed
    (letter,) = mailbox.outbox("omar@new.example")
    assert "An account was made for you" in letter.text


def test_nobody_is_told_when_that_is_said(run, file, db):
    run("user", "import", file(), "--no-mail")

    assert emails(db) == ["omar@new.example"]
    assert db.session.scalars(select(Mail)).all() == []


def test_terminal_is_told_nothing_by_a_file(run, file):
    """Whatever stands in a cell is text, and one line of it."""
    _code, printed = run("user", "import", file("email\n\x1b[2J\x07jane\n"), "--dry-run")

    assert "\x1b" not in printed
    assert "\x07" not in printed


def test_file_that_is_no_table_is_refused(run, file, db):
    code, printed = run("user", "import", file("omar@new.example\n"))

    assert code == 1
    assert "must name the columns" in printed
    assert emails(db) == []
