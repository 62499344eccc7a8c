"""Lines of a file of people, judged: who gets an account, who has one, and what is wrong.

The same judgement is made for the page that shows them and once more when they are added: groups,
accounts and roles may have changed in between.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum, auto

from flask_babel import gettext as _
from sqlalchemy import select

from app.clock import now
from app.database import db
from app.errors import InvalidInput
from app.models import Group, Invitation, User
from app.security import spreadsheets
from app.services.people import accounts, groups, profiles, roles
from app.services.people.import_files import LONGEST_CELL, Line, groups_of
from app.services.people.person_names import PersonName, one_line
from app.services.people.roles import Permission

INVITATIONS = Invitation.__table__
LONGEST_NAME = 200
LONGEST_ADDRESS = 254


class Outcome(StrEnum):
    """What becomes of a line."""

    ADD = auto()
    #: There is such a person already: they are left alone.
    KNOWN = auto()
    WRONG = auto()


@dataclass(frozen=True, slots=True)
class Judged:
    """A line and what becomes of it; `why` says why nothing does, in words."""

    line: Line
    outcome: Outcome
    why: str = ""
    name: PersonName = field(default_factory=PersonName)
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True, slots=True)
class _Known:
    """What is there already; addresses and groups as they are compared."""

    accounts: frozenset[str]
    invited: frozenset[str]
    groups: dict[str, Group]
    #: The groups that who imports may put people into.
    open_groups: frozenset[int]


def judge(lines: Sequence[Line], *, by: User | None, among: Sequence[Line] = ()) -> list[Judged]:
    """Return what becomes of each line; `by` is None for whoever commands the machine.

    `among` is the whole file where the lines are a part of it: an address counts once in all of it.
    """
    known = _known(lines, by)
    first: dict[str, int] = {}
    for line in among or lines:
        first.setdefault(accounts.key_of(line.email), line.number)
    found = []
    for line in lines:
        key = accounts.key_of(line.email)
        found.append(_judged(line, key, known, before=first[key]))
    return found


def _judged(line: Line, key: str, known: _Known, *, before: int) -> Judged:
    wrong = next(_faults(line, known), "")
    if wrong:
        return Judged(line, Outcome.WRONG, wrong)
    if before != line.number:
        words = _("Line %(line)d has the same address.", line=before)
        return Judged(line, Outcome.WRONG, words)
    if key in known.accounts:
        return Judged(line, Outcome.KNOWN, _("There is an account with this address."))
    if key in known.invited:
        return Judged(line, Outcome.KNOWN, _("Invited already: the invitation stays."))
    return Judged(
        line,
        Outcome.ADD,
        name=PersonName.of(line.name, line.given_name, line.family_name),
        groups=tuple(known.groups[groups.key_of(name)] for name in groups_of(line.groups)),
    )


def _faults(line: Line, known: _Known) -> Iterator[str]:
    """Yield what is wrong with a line by itself, the first thing to mend first."""
    if line.is_ragged:
        yield _("More cells than columns. Is there a comma in a cell without quotation marks?")
    yield from _address_faults(line.email)
    for name in (line.name, line.given_name, line.family_name):
        if len(name) > LONGEST_NAME:
            yield _("A name has more than %(num)d characters.", num=LONGEST_NAME)
        if spreadsheets.is_formula(name):
            yield _("A name begins with a sign that makes it a formula in a spreadsheet.")
    if len(" ".join(filter(None, (line.given_name, line.family_name)))) > LONGEST_NAME:
        yield _("A name has more than %(num)d characters.", num=LONGEST_NAME)
    if line.language and not profiles.LOCALE.match(line.language):
        yield _("The language is no tag, such as en-GB or fr.")
    yield from _group_faults(line.groups, known)


def _address_faults(email: str) -> Iterator[str]:
    if not email:
        yield _("The address is missing.")
    elif len(email) > LONGEST_ADDRESS:
        yield _("The address is too long.")
    else:
        try:
            accounts.check_address(email)
        except InvalidInput:
            yield _("This is no whole address, such as jane@example.org.")


def _group_faults(cell: str, known: _Known) -> Iterator[str]:
    if len(cell) > LONGEST_CELL:
        yield _("There are too many groups in one cell.")
        return
    for name in groups_of(cell):
        group, shown = known.groups.get(groups.key_of(name)), one_line(name)[:60]
        if group is None:
            yield _("There is no group “%(name)s”. Make it first.", name=shown)
        elif group.id not in known.open_groups:
            yield _("Only an administrator can change the group “%(name)s”.", name=shown)


def _known(lines: Sequence[Line], by: User | None) -> _Known:
    keys = {accounts.key_of(line.email) for line in lines}
    invited = select(INVITATIONS.c.email_key).where(
        INVITATIONS.c.email_key.in_(keys), INVITATIONS.c.expires_at > now()
    )
    found = groups.named(name for line in lines for name in groups_of(line.groups))
    return _Known(
        accounts=accounts.taken_among(keys),
        invited=frozenset(db.session.scalars(invited)),
        groups=found,
        open_groups=frozenset(group.id for group in found.values() if _may_fill(group, by)),
    )


def _may_fill(group: Group, by: User | None) -> bool:
    """Tell whether who imports may put somebody into a group, as on its own page (AD03)."""
    if by is None:
        return True
    return roles.permits(by, Permission.CHANGE_GROUPS) and groups.may_change(group, by=by)
