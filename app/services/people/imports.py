"""Imports: accounts for everybody in a file, checked first and added when somebody says so.

The lines that were checked are kept, encrypted, for a short time: the button cannot be pressed for
another file. It counts once. Lines are added in bits, each in a transaction of its own, so that
nobody else waits for thousands of them and a process that dies loses nothing. Nobody gets a
password, a role, or a way in that does not lead through their mailbox (ux.md 2.18, RV08, AD03).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import timedelta

from sqlalchemy import delete, select, update

from app.clock import now
from app.database import db, rows_changed
from app.errors import Conflict, NotFound
from app.models import User, UserImport
from app.security import secrets
from app.security.secrets import CannotDecrypt
from app.services.people import accounts, groups, import_lines, resets, roles
from app.services.people.accounts import AddressTaken
from app.services.people.import_files import Line, Table
from app.services.people.import_lines import Judged, Outcome
from app.services.people.roles import Permission
from app.services.upkeep import audit
from app.services.upkeep.audit import Event
from app.settings import settings

IMPORTS = UserImport.__table__
#: How long somebody may look at the check before they press the button.
LIFETIME = timedelta(hours=1)
#: How long it can be read what came of it.
KEPT = timedelta(days=1)
#: Lines in one transaction: on SQLite nobody else can write meanwhile.
BIT = 20
#: Between two mails: those that somebody is waiting for, such as codes, overtake them.
PACE = timedelta(seconds=0.5)

#: Makes the address of our page for a token.
Link = Callable[[str], str]

GONE = "This import is over, or it was somebody else's. Choose the file again."


class StartedAlready(Conflict):
    """The button was pressed before: it counts once."""

    public = "These people are being added already."


def keep(table: Table, *, by: User) -> UserImport:
    """Keep what was read until its maker says so; what they had kept before is forgotten."""
    theirs = (IMPORTS.c.made_by_id == by.id, IMPORTS.c.started_at.is_(None))
    db.session.execute(delete(IMPORTS).where(*theirs))
    handle, text = secrets.new_id(), json.dumps(asdict(table), ensure_ascii=False)
    kept = UserImport(
        id=handle,
        made_by_id=by.id,
        sealed=secrets.encrypt(settings.encryption_keys[0], text, context=_context(handle)),
        total=len(table.lines),
        expires_at=now() + LIFETIME,
    )
    db.session.add(kept)
    db.session.flush()
    return kept


def get(handle: str, *, by: int) -> UserImport:
    """Return an import, for who made it.

    Raises:
        NotFound: there is none of theirs, or not any more.
    """
    row = db.session.get(UserImport, handle)
    if row is None or row.made_by_id != by or row.expires_at <= now():
        raise NotFound(GONE)
    return row


def opened(row: UserImport) -> Table:
    """Return the lines of an import that is not over.

    Raises:
        NotFound: nobody can read them any more.
    """
    try:
        text = secrets.decrypt(settings.encryption_keys, row.sealed or "", context=_context(row.id))
    except CannotDecrypt:  # the key outside the database was replaced meanwhile
        raise NotFound(GONE) from None
    found = json.loads(text)
    return Table(tuple(Line(**line) for line in found["lines"]), tuple(found["left_out"]))


def forget(row: UserImport) -> None:
    """Forget what was checked; an import that was started goes on."""
    waits = (IMPORTS.c.id == row.id, IMPORTS.c.started_at.is_(None))
    db.session.execute(delete(IMPORTS).where(*waits))


def start(row: UserImport, *, tells: bool, address: str = "") -> None:
    """Let the lines be added; of any number of presses, one comes out of here.

    `tells` has each of them mailed a link to choose a password.

    Raises:
        StartedAlready: another press was first.
    """
    started = rows_changed(
        update(IMPORTS)
        .where(IMPORTS.c.id == row.id, IMPORTS.c.started_at.is_(None), IMPORTS.c.expires_at > now())
        .values(started_at=now(), tells=tells, expires_at=now() + KEPT)
    )
    if not started:
        raise StartedAlready
    record(row.total, tells=tells, by=row.made_by_id, address=address)


def record(lines: int, *, tells: bool, by: int | None = None, address: str = "") -> None:
    """Record that so many lines are being added; each account has a record of its own beside it."""
    event = Event.USERS_IMPORTED
    audit.record(event, actor_id=by, address=address, lines=lines, tells=tells)


def unfinished() -> Sequence[str]:
    """Return the imports that wait for their next bit, the oldest first."""
    waiting = (IMPORTS.c.started_at.is_not(None), IMPORTS.c.taken < IMPORTS.c.total)
    wanted = select(IMPORTS.c.id).where(*waiting, IMPORTS.c.expires_at > now())
    wanted = wanted.order_by(IMPORTS.c.started_at)
    return db.session.scalars(wanted).all()


def add_bit(handle: str, *, link: Link) -> bool:
    """Add the next lines of an import; tell whether some are left, for whoever asks.

    Of any number of processes, one adds a line. The caller commits after each bit.
    """
    row = db.session.get(UserImport, handle, populate_existing=True)
    if row is None or row.started_at is None or row.is_over:
        return False
    begin, end = row.taken, min(row.taken + BIT, row.total)
    try:
        lines = opened(row).lines
    except NotFound:  # over, or it would keep those behind it from their turn
        row.expires_at = now()
        return False
    by = db.session.get_one(User, row.made_by_id, populate_existing=True)
    # Before the first write: nobody waits while addresses are checked.
    found = import_lines.judge(lines[begin:end], by=by, among=lines)
    claimed = rows_changed(
        update(IMPORTS)
        .where(IMPORTS.c.id == row.id, IMPORTS.c.taken == begin)
        .values(taken=end)
        .execution_options(synchronize_session=False)
    )
    if not claimed:
        return False  # another process is at it
    _add_lines(row, found, by=by, link=link)
    if end == row.total:
        row.sealed = None
    db.session.flush()
    return end < row.total


def _add_lines(row: UserImport, found: Sequence[Judged], *, by: User, link: Link) -> None:
    if not _may_still(by):
        row.wrong += len(found)
        return
    for one in found:
        outcome = add(one, by=by, link=link if row.tells else None, before=row.added)
        row.added += outcome is Outcome.ADD
        row.known += outcome is Outcome.KNOWN
        row.wrong += outcome is Outcome.WRONG


def _may_still(by: User) -> bool:
    """Tell whether who started it may do so yet: a role that was taken is worth nothing (AD10)."""
    return not by.is_disabled and not by.is_leaving and roles.permits(by, Permission.INVITE)


def add(
    judged: Judged,
    *,
    by: User | None,
    link: Link | None,
    before: int,
) -> Outcome:
    """Make the account of a line, and mail its owner a link if there is one to be made.

    `before` is how many were added before it. Return what became of it: somebody may have been
    faster.
    """
    if judged.outcome is not Outcome.ADD:
        return judged.outcome
    line, maker = judged.line, by.id if by else None
    try:
        user = accounts.create_for(
            line.email, name=judged.name, by=maker, locale=line.language or None, imported=True
        )
    except AddressTaken:
        return Outcome.KNOWN
    for group in judged.groups:
        groups.add_member(group, user, by=maker)
    if link is not None:
        inviter = by.shown_name if by else ""
        resets.begin_first(user, inviter=inviter, link=link, wait=PACE * before)
    return Outcome.ADD


def _context(handle: str) -> str:
    return f"import {handle}"
