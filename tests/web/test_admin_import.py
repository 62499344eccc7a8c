"""Importing people: a file, its check, one press; by whom, and what hostile files come to."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.jobs import email, imports
from app.models import User
from app.services.people import accounts, import_files
from app.services.people.imports import BIT
from app.web.bodies import longest
from tests import factories
from tests.administrators import browser_of, visitor
from tests.factories import PASSWORD
from tests.raw_requests import post

PAGE = "/admin/users/import"
EMAIL = "omar@new.example"
FILE = f"""email;given_name;family_name;language;groups;Telephone
{EMAIL};Omar;Haddad;fr;;1
BOSS@people.example;Jane;Doe;;;2
ida@new.example;Ida;Lund;;No such group;3
"""


@pytest.fixture
def boss(db):
    """Make an administrator."""
    assert db.engine, "a context of the application is open"
    return factories.admin("boss@people.example", name="Jane Doe")


@pytest.fixture
def desk(app, boss):
    """Return the administrator's browser."""
    return browser_of(app, boss)


def upload(browser, content, *, name="people.csv"):
    """Send a file as the form does; return the answer."""
    token = browser.open(PAGE).csrf_token
    parts = (
        ('name="csrf_token"', token.encode()),
        (f'name="file"; filename="{name}"\r\nContent-Type: text/csv', content),
    )
    body = b"".join(
        b"--x\r\nContent-Disposition: form-data; " + head.encode() + b"\r\n\r\n" + value + b"\r\n"
        for head, value in parts
    )
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Origin": browser.origin}
    headers |= browser.cookie_header()
    address = f"{browser.origin}{PAGE}"
    content = body + b"--x--\r\n"
    return browser.transport.send("POST", address, headers=headers, content=content)


def checked(browser, text=FILE):
    """Let a file be checked; return the browser before the page that says so."""
    answer = upload(browser, text.encode())
    assert answer.status == 303, answer.text
    return browser.open(answer.headers["location"])


def users(db):
    """Return how many there are."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(User))


def test_check_says_what_would_happen_and_writes_nobody(desk, db):
    """ux.md 2.18: a dry run with row errors."""
    before = users(db)
    desk.open("/admin/users").follow("Import")
    checked(desk)

    for words in (
        "3 lines were read. Nothing has happened yet.",
        "1 account will be made.",
        "1 person is known already and is left alone.",
        "1 line has an error and is left out.",
        "Telephone",
        "There is no group “No such group”. Make it first.",
    ):
        assert desk.sees(words), words
    assert users(db) == before

    desk.press("filter", show="wrong")
    assert desk.sees("ida@new.example")
    assert not desk.sees(EMAIL)


def test_imported_person_chooses_a_password_with_the_mailed_link(app, desk, letters):
    """ux.md 2.18: administrators never set a password; the link leads through the mailbox."""
    checked(desk).press("add")
    assert desk.sees("1 account was made.")
    assert "Jane Doe" in letters.text(EMAIL)
    theirs = visitor(app).open(letters.link(EMAIL))
    assert theirs.sees("Choose a password")
    assert not theirs.sees("signed out on every device")

    theirs.press("save", password=PASSWORD)
    theirs.sign_in(EMAIL, PASSWORD)

    assert theirs.at == "/account/"
    assert visitor(app).open(letters.link(EMAIL)).at == "/login/reset"


def test_without_mail_people_ask_for_their_first_password(app, desk, letters):
    checked(desk).press("add", tells=[])
    assert desk.sees("Nobody was told.")
    assert letters.all(EMAIL) == []

    theirs = visitor(app).open("/login/forgot")
    theirs.press("send", email=EMAIL)

    assert letters.link(EMAIL)


def test_pressing_twice_imports_once(desk, db):
    checked(desk)
    page, before = desk.at, users(db)
    for _ in range(2):
        assert post(desk, page, act="add", tells="y") == 303

    assert users(db) == before + 1


def test_long_files_go_on_by_themselves(desk, db):
    """Thousands of people hold up neither the page nor anybody's sign-in code."""
    lines = BIT * (imports.BITS_AT_ONCE + 1)
    text = "email\n" + "".join(f"p{number}@new.example\n" for number in range(lines))
    checked(desk, text).press("add", tells=[])
    assert desk.sees(f"{BIT * imports.BITS_AT_ONCE} of {lines} lines are done.")

    imports.add()

    assert desk.follow("Look again").sees(f"{lines} accounts were made.")
    assert accounts.find_by_email(f"p{lines - 1}@new.example")


def test_checked_file_can_be_put_away(desk, db):
    checked(desk)
    page = desk.at
    desk.press("forget")

    assert desk.at == PAGE
    assert desk.open(page).status == 404


@pytest.mark.parametrize("columns", [{}, {"is_auditor": True}])
@pytest.mark.one_engine
def test_nobody_imports_who_manages_no_people(app, db, columns):
    """security.md AD01."""
    browser = browser_of(app, factories.user(**columns))

    assert browser.open(PAGE).status == 403
    assert browser.open(f"{PAGE}/example.csv").status == 403
    assert not browser.open("/admin/users").has("import")


def test_user_manager_imports_and_nobody_else_sees_the_file(app, desk, db):
    """security.md AD02: what is kept for one is not there for another."""
    managing = browser_of(app, factories.user(is_user_manager=True))
    checked(managing)

    assert desk.open(managing.at).status == 404
    assert post(desk, managing.at, act="add") == 404
    managing.press("add")
    assert managing.sees("1 account was made.")


def test_import_asks_for_a_recent_sign_in(desk, clock):
    """security.md AD04, SE10."""
    checked(desk)
    page = desk.at
    for _ in range(2):  # the administration is left by itself after a quarter of an hour unused
        clock.move(timedelta(minutes=8))
        desk.open("/admin/users")

    assert desk.open(PAGE).at == "/login/sign-in"
    assert desk.open(page).status == 200
    assert desk.press("add").at == "/login/sign-in"


@pytest.mark.one_engine
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 100,
        b"\xff\xfe" + b"e\0m\0" * 40,
        b"email\n" + b'"' * 99_999,
        b"email,name\nx@new.example," + b"A" * 100_000,
        b"email\n" + b"," * 500_000,
        "email,name\n\u202ejane@new.example,=cmd|'/c calc'!A0\n".encode(),
        b"email,groups\nx@new.example," + b"|".join([b"g"] * 40_000),
        b"email,groups\n"
        + b"".join(
            b"x@new.example," + b"|".join(b"%d" % (line * 300 + n) for n in range(300)) + b"\n"
            for line in range(450)
        ),
        b"email,name\n<script>@new.example,<img src=x>\n",
    ],
)
def test_hostile_files_are_answered_and_write_nobody(desk, db, content):
    """Whatever the file holds: an answer in words, and nothing written."""
    before = users(db)
    answer = upload(desk, content)

    assert answer.status in {303, 422}
    if answer.status == 303:
        desk.open(answer.headers["location"])
        assert desk.status == 200
        assert not desk.has("add")
        assert "<img src=x" not in desk.answer.text
    assert users(db) == before


@pytest.mark.parametrize("handle", ["x" * 5_000, "%E2%80%AE", "1"])
def test_import_that_never_was_is_not_there(desk, handle):
    assert desk.open(f"{PAGE}/{handle}").status == 404


@pytest.mark.one_engine
def test_file_larger_than_the_gate_lets_in_is_refused(desk):
    assert longest(PAGE) > import_files.MOST_BYTES
    assert upload(desk, b"email\n" + b"x" * longest(PAGE)).status == 413


@pytest.mark.one_engine
def test_example_is_there_to_begin_with(desk):
    answer = desk.open(f"{PAGE}/example.csv").answer

    assert answer.headers["content-type"].startswith("text/csv")
    assert "people.csv" in answer.headers["content-disposition"]
    assert checked(desk, answer.text).status == 200


@pytest.mark.one_engine
def test_lines_with_errors_come_as_a_file_that_can_be_mended_and_read_again(desk):
    """ux.md 2.18: a dry run tells line by line what is wrong, also to who mends it elsewhere."""
    checked(desk, f"{FILE}=1+1;Eve;Low;;;4\n")
    page = desk.at

    desk.open(desk.shown.by_id("errors").get("href"))

    assert desk.answer.headers["content-type"].startswith("text/csv")
    assert desk.answer.headers["cache-control"] == "no-store"
    rows = list(csv.DictReader(io.StringIO(desk.answer.text.removeprefix("\ufeff"))))
    assert [(row["email"], row["line"]) for row in rows] == [
        ("ida@new.example", "4"),
        ("'=1+1", "5"),
    ]
    assert "No such group" in rows[0]["error"]
    mended = desk.answer.text.replace("No such group", "").replace("'=1+1", "eve@new.example")
    checked(desk, mended)
    assert desk.sees("2 accounts will be made.")
    assert desk.at != page


def test_no_file_of_errors_is_there_once_people_are_added(app, desk):
    page = checked(desk).at
    assert browser_of(app, factories.admin()).open(f"{page}/errors.csv").status == 404

    desk.press("add")

    assert desk.open(f"{page}/errors.csv").status == 404


@pytest.mark.one_engine
def test_mail_comes_in_the_language_of_its_reader(desk, letters, clock):
    """ux.md 2.18: language is one of the columns."""
    text = f"email,language\na@new.example,en\n{EMAIL},de-AT\n"
    checked(desk, text).press("add")
    clock.move(timedelta(seconds=1))
    email.deliver()

    assert 'lang="de"' in letters.all(EMAIL)[0].get_body(("html",)).get_content()
