"""Files of people: what is read from them, and what is refused in words that mend it."""

from __future__ import annotations

import pytest

from app.errors import InvalidInput
from app.services.people import import_files
from app.services.people.import_files import Line, read

pytestmark = pytest.mark.one_engine


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_tables_of_every_program_are_read(app, delimiter, mark, end):
    lines = [["E-Mail", "First name", "Groups"], ["jane@example.org", "Zoë", "Board|Finance"]]
    text = mark + end.join(delimiter.join(cells) for cells in lines) + end
    with app.app_context():
        table = read(text.encode())

    groups = "Board|Finance"
    assert table.lines == (Line(2, "jane@example.org", given_name="Zoë", groups=groups),)


def test_lines_are_counted_as_an_editor_counts_them(app):
    text = b'email,name\n\n"a@example.org","Two\nlines"\n,\nb@example.org,B\n'
    with app.app_context():
        assert [line.number for line in read(text).lines] == [3, 6]


def test_columns_that_mean_nothing_are_named(app):
    with app.app_context():
        table = read(b"email,Telephone,is_admin\nj@example.org,1,true\n")

    assert table.left_out == ("Telephone", "is_admin")
    assert table.lines == (Line(2, "j@example.org"),)


def test_example_can_be_read(app):
    with app.app_context():
        table = read(import_files.example().encode())

    assert [line.email for line in table.lines] == ["jane@example.org", "omar@example.org"]
    assert not table.left_out


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "at least one person"),
        (b" \r\n\n", "at least one person"),
        (b"email,name\n", "only the headings"),
        (b"jane@example.org,Jane\n", "must name the columns"),
        ("email\nzo\u00eb@example.org".encode("latin-1"), "UTF-8 (line 2)"),
        ("email\njane@example.org".encode("utf-16"), "UTF-8 (line 1)"),
        (b"email\njane@\0example.org", "no plain table (line 2)"),
        (b'email,name\nj@example.org,"Jane', "quotation marks from line 2"),
        (b'email,name\nj@example.org,"Jane" Doe', "quotation marks from line 2"),
        (b'email\n"' + b"x" * 200_000 + b'"', "quotation marks from line 2"),
        (b"email,password\nj@example.org,x", "everybody chooses their own"),
        (b"email,Passwort (neu)\nj@example.org,x", "everybody chooses their own"),
        (b"email," * 160_000 + b"\nj@example.org", "more than 100 columns"),
        (b"email,Mail\nj@example.org,x", "there twice"),
        (b"email\n" + b"j@example.org\n" * 5001, "more than 5000 lines"),
        (b"email\n" + b"x" * 1_000_001, "larger than 1 MB"),
    ],
)
def test_doubtful_files_are_refused_with_what_to_do(app, content, words):
    with app.app_context(), pytest.raises(InvalidInput) as refused:
        read(content)

    assert words in refused.value.public
