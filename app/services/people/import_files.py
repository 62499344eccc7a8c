"""Tables of people as files: what columns they may have, and their lines as plain values.

A file may come from anywhere and hold anything. What makes all of it doubtful is refused here, in
words that tell how to mend it; whether a line is right is judged later, line by line.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from app.errors import InvalidInput
from app.security import spreadsheets

FIELD = "file"
MOST_BYTES = 1_000_000
MOST_LINES = 5_000
MOST_COLUMNS = 100
#: More than any column may hold: what is longer is cut here, and refused when it is judged.
LONGEST_CELL = 2_000
GROUP_SIGN = "|"
DELIMITERS = (",", ";", "\t")
#: The columns, each with the headings that other programs write.
COLUMNS: dict[str, tuple[str, ...]] = {
    "email": ("e_mail", "mail", "email_address", "e_mail_address"),
    "name": ("full_name", "display_name"),
    "given_name": ("first_name", "firstname"),
    "family_name": ("last_name", "lastname", "surname"),
    "language": ("locale", "lang"),
    "groups": ("group",),
}
_COLUMN_OF = {spelled: name for name, more in COLUMNS.items() for spelled in (name, *more)}
_PASSWORDS = ("password", "passwd", "pwd", "passwort", "kennwort", "mot_de_passe", "contraseña")
EXAMPLE = (
    tuple(COLUMNS),
    ("jane@example.org", "Jane Doe", "Jane", "Doe", "en-GB", f"Board {GROUP_SIGN} Finance"),
    ("omar@example.org", "", "عمر", "حداد", "ar", ""),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One person of a file, as written there; `number` is the line it begins in, from 1."""

    number: int
    email: str = ""
    name: str = ""
    given_name: str = ""
    family_name: str = ""
    language: str = ""
    groups: str = ""
    #: It has more cells than the file has columns: any of them may be in the wrong place.
    is_ragged: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """What was read: the lines, and the headings of the columns that mean nothing here."""

    lines: tuple[Line, ...]
    left_out: tuple[str, ...] = ()


def read(content: bytes) -> Table:
    """Read a file: UTF-8, cells divided by commas, semicolons or tabs, a heading for each column.

    Raises:
        InvalidInput: it is no such table, or too large; says what to change.
    """
    text = _text(content)
    delimiter = max(DELIMITERS, key=text.partition("\n")[0].count)
    records = _records(text, delimiter)
    _first, headings = next(records, (1, []))
    columns = _columns(headings)
    lines: list[Line] = []
    for number, cells in records:
        if len(lines) == MOST_LINES:
            raise InvalidInput(
                FIELD, _("It has more than %(num)d lines. Divide it.", num=MOST_LINES)
            )
        lines.append(_line(number, cells, columns))
    if not lines:
        raise InvalidInput(FIELD, _("There is nobody in it: only the headings were found."))
    known = [heading for heading, column in zip(headings, columns, strict=True) if column is None]
    return Table(tuple(lines), tuple(filter(None, known)))


def example() -> str:
    """Return a file to begin with."""
    return _written(EXAMPLE)


def faulty(found: Iterable[tuple[Line, str]]) -> str:
    """Return lines as a file to be mended and read again, each with its number and its fault."""
    cells = [
        (*(spreadsheets.harmless(getattr(line, name)) for name in COLUMNS), str(line.number), why)
        for line, why in found
    ]
    return _written([(*COLUMNS, "line", "error"), *cells])


def _written(rows: Iterable[Sequence[str]]) -> str:
    """Return a file that is marked as UTF-8, for programs that guess wrong without it."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return f"\ufeff{text.getvalue()}"


def groups_of(cell: str) -> list[str]:
    """Return the names of the groups in a cell."""
    return [name for part in cell.split(GROUP_SIGN) if (name := part.strip())]


def _text(content: bytes) -> str:
    if not content.strip():
        raise InvalidInput(FIELD, _("Choose a file with at least one person in it."))
    if len(content) > MOST_BYTES:
        raise InvalidInput(FIELD, _("It is larger than 1 MB. Divide it."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        words = _("It is not in UTF-8 (line %(line)d). Save it as “CSV UTF-8”.", line=line)
        raise InvalidInput(FIELD, words) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        words = _("It is no plain table (line %(line)d). Save it as “CSV UTF-8”.", line=line)
        raise InvalidInput(FIELD, words)
    return text


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record that is not empty with the line it begins in.

    Raises:
        InvalidInput: the quotation marks do not fit, or a cell is far too long.
    """
    # With strict, a quotation mark that never ends is a fault and not the rest of the file.
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        begins = lines.line_num + 1
        try:
            cells = next(lines, None)
        except csv.Error:
            words = _("The quotation marks from line %(line)d on do not fit.", line=begins)
            raise InvalidInput(FIELD, words) from None
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield begins, [cell.strip()[: LONGEST_CELL + 1] for cell in cells]


def _columns(headings: list[str]) -> list[str | None]:
    """Return which column each heading stands for, None for one that means nothing here."""
    if len(headings) > MOST_COLUMNS:
        raise InvalidInput(FIELD, _("It has more than %(num)d columns.", num=MOST_COLUMNS))
    spelled = [_spelled(heading) for heading in headings]
    if any(name.startswith(_PASSWORDS) for name in spelled):
        words = _("Take the column with passwords out: everybody chooses their own.")
        raise InvalidInput(FIELD, words)
    columns = [_COLUMN_OF.get(name) for name in spelled]
    if "email" not in columns:
        words = _("The first line must name the columns, and one of them is “email”.")
        raise InvalidInput(FIELD, words)
    twice = [name for name in columns if name and columns.count(name) > 1]
    if twice:
        raise InvalidInput(FIELD, _("The column “%(name)s” is there twice.", name=twice[0]))
    return columns


def _spelled(heading: str) -> str:
    plain = unicodedata.normalize("NFKC", heading).strip().casefold()
    return plain.replace(" ", "_").replace("-", "_")


def _line(number: int, cells: list[str], columns: list[str | None]) -> Line:
    values = {name: cell for name, cell in zip(columns, cells, strict=False) if name}
    return Line(number, **values, is_ragged=len(cells) > len(columns))
