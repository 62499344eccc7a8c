"""Imports: who gets an account, with what; once, in bits, and never more than its maker may."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select

from app.database import db as database
from app.errors import NotFound
from app.jobs import cleanup
from app.jobs import imports as import_job
from app.models import AuditEvent, Mail, Password, User, UserImport
from app.security import secrets
from app.services.people import accounts, groups, import_lines, imports, invitations, roles
from app.services.people.import_files import Line, Table, read
from app.services.people.import_lines import Outcome
from app.services.people.imports import StartedAlready
from app.services.upkeep.audit import Event
from tests import factories
from tests.secrets_seen import remember


@pytest.fixture
def boss(db):
    """Make an administrator."""
    assert db.engine
    return factories.admin("boss@people.example", name="Jane Doe")


@pytest.fixture
def manager(db):
    """Make a user manager."""
    assert db.engine
    return factories.user("max@people.example", is_user_manager=True)


def table(count):
    return Table(tuple(Line(number, f"p{number}@new.example") for number in range(2, count + 2)))


def link(token):
    return f"https://id.example/login/reset?token={remember(token)}"


def kept(lines, *, by, tells=False):
    """Return an import of these lines that was started."""
    row = imports.keep(lines, by=by)
    imports.start(row, tells=tells)
    database.session.commit()
    return row


def run(row):
    while imports.add_bit(row.id, link=link):
        database.session.commit()
    database.session.commit()


def board(by, *members):
    made = groups.create("Board", description="", requires_second_step=False, by=by.id)
    for member in members:
        groups.add_member(made, member, by=by.id)
    database.session.commit()
    return made


def test_people_get_what_the_file_says_and_no_password(boss, db):
    """ux.md 2.18: never a password; the address counts as confirmed: a link may go there."""
    made = board(boss)
    text = "email,given_name,family_name,language,groups\nOmar@New.example,عمر,حداد,ar,board | \n"

    run(kept(read(text.encode()), by=boss, tells=True))

    user = accounts.find_by_email("omar@new.example")
    assert (user.name, user.given_name, user.family_name) == ("عمر حداد", "عمر", "حداد")
    assert (user.locale, user.email_verified) == ("ar", True)
    assert [group.id for group in groups.of_user(user.id)] == [made.id]
    assert roles.of(user) == []
    assert db.session.get(Password, user.id) is None
    assert db.session.scalars(select(Mail.template)).all() == ["account_made"]


def test_lines_say_what_becomes_of_them(boss, manager):
    board(boss, boss)
    invitations.send("ida@new.example", name=None, is_admin=True, by=boss, link=link)
    lines = [
        Line(2, "new@new.example", name="New"),
        Line(3, "BOSS@people.example"),
        Line(4, "ida@new.example"),
        Line(5, "New@NEW.example"),
        Line(6, ""),
        Line(7, "nobody"),
        Line(8, f"{'x' * 400}@new.example"),
        Line(9, "a@new.example", name="=HYPERLINK(1)"),
        Line(10, "b@new.example", family_name="x" * 201),
        Line(11, "c@new.example", language="French"),
        Line(12, "d@new.example", groups="Treasury"),
        Line(13, "e@new.example", groups="board"),
        Line(14, "f@new.example", is_ragged=True),
        Line(15, "g@new.example", given_name="x" * 150, family_name="y" * 150),
    ]

    found = import_lines.judge(lines, by=manager)

    assert [one.outcome for one in found[:3]] == [Outcome.ADD, Outcome.KNOWN, Outcome.KNOWN]
    assert [one.outcome for one in found[3:]] == [Outcome.WRONG] * 11
    words = [one.why for one in found]
    assert words[3] == "Line 2 has the same address."
    assert words[10] == "There is no group “Treasury”. Make it first."
    assert words[11] == "Only an administrator can change the group “board”."
    assert import_lines.judge(lines[11:12], by=boss)[0].outcome is Outcome.ADD


def test_one_of_eight_presses_counts(app, db, boss):
    """Spent once: two clicks import once."""
    handle = imports.keep(table(3), by=boss).id
    db.session.commit()
    start = Barrier(8)

    def press(_number):
        with app.app_context():
            row = imports.get(handle, by=boss.id)
            start.wait()
            try:
                imports.start(row, tells=False)
                database.session.commit()
            except StartedAlready:
                database.session.rollback()
                return False
            return True

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(press, range(8))).count(True) == 1


def test_processes_at_once_add_each_line_once(app, db, boss):
    """Bits are taken by whoever is first; none twice, none left out."""
    row = kept(table(imports.BIT * 3 + 7), by=boss, tells=True)
    start = Barrier(4)

    def work(_number):
        with app.app_context():
            start.wait()
            while imports.unfinished():
                imports.add_bit(row.id, link=str)
                database.session.commit()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))

    db.session.expire_all()
    total = imports.BIT * 3 + 7
    assert (row.added, row.known, row.wrong, row.is_over) == (total, 0, 0, True)
    theirs = select(func.count()).where(User.email.endswith("@new.example"))
    assert db.session.scalar(theirs) == total
    assert db.session.scalar(select(func.count()).select_from(Mail)) == total


def test_address_counts_once_across_bits(boss, db):
    """What the check said is what happens, wherever the lines are divided."""
    lines = [*table(imports.BIT).lines, Line(99, "p2@new.example"), Line(100, "q@new.example")]
    lines[0] = Line(2, "p2@new.example", groups="None such")

    row = kept(Table(tuple(lines)), by=boss)
    run(row)

    assert (row.added, row.wrong) == (imports.BIT, 2)
    assert accounts.find_by_email("p2@new.example") is None


@pytest.mark.parametrize("lost", ["role", "account"])
def test_nothing_is_added_for_somebody_who_may_not_any_more(db, manager, lost):
    """security.md AD10: changes take effect at once, also for what waits."""
    row = kept(table(3), by=manager)
    if lost == "role":
        manager.is_user_manager = False
    else:
        accounts.turn_off(manager)
    db.session.commit()

    run(row)

    assert (row.added, row.wrong, row.is_over) == (0, 3, True)


def test_group_that_became_an_administrators_is_not_filled(db, boss, manager):
    """security.md AD03: what was checked is judged once more."""
    made = board(boss)
    row = kept(Table((Line(2, "new@new.example", groups="Board"),)), by=manager)
    groups.add_member(made, boss, by=boss.id)
    db.session.commit()

    run(row)

    assert (row.added, row.wrong) == (0, 1)


def test_import_is_its_makers_alone_and_for_an_hour(db, boss, manager, clock):
    row = imports.keep(table(1), by=boss)
    db.session.commit()
    with pytest.raises(NotFound):
        imports.get(row.id, by=manager.id)

    clock.move(imports.LIFETIME)
    with pytest.raises(NotFound):
        imports.get(row.id, by=boss.id)
    with pytest.raises(StartedAlready):
        imports.start(row, tells=False)

    clock.move(timedelta(minutes=10))
    cleanup.clean()
    assert db.session.scalar(select(func.count()).select_from(UserImport)) == 0


def test_lines_are_kept_sealed_and_no_longer_than_they_are_needed(db, boss):
    row = imports.keep(table(2), by=boss)
    assert "new.example" not in row.sealed
    imports.keep(table(2), by=boss)
    db.session.commit()
    assert db.session.scalar(select(func.count()).select_from(UserImport)) == 1

    (left,) = db.session.scalars(select(UserImport))
    imports.start(left, tells=False)
    db.session.commit()
    run(left)
    assert left.sealed is None


def test_import_that_nobody_can_read_any_more_is_over_and_the_next_goes_on(db, boss, manager):
    """security.md KM06: the key outside the database was replaced meanwhile."""
    lost, after = kept(table(1), by=boss), kept(table(2), by=manager)
    lost.sealed = secrets.encrypt("another key", "{}", context="import")
    db.session.commit()
    with pytest.raises(NotFound):
        imports.opened(lost)

    import_job.add()

    assert imports.unfinished() == []
    assert after.is_over
    with pytest.raises(NotFound):
        imports.get(lost.id, by=boss.id)


def test_everything_is_on_record(boss, db):
    """The act and each account, by whom."""
    run(kept(table(2), by=boss))

    wanted = select(AuditEvent.event, AuditEvent.actor_id).order_by(AuditEvent.id)
    found = [tuple(row) for row in db.session.execute(wanted)]
    assert found == [(Event.USERS_IMPORTED, boss.id)] + [(Event.USER_CREATED, boss.id)] * 2


def test_mails_that_somebody_waits_for_overtake_those_of_an_import(boss, db):
    run(kept(table(20), by=boss, tells=True))

    wanted = select(Mail.due_at, Mail.created_at).order_by(Mail.id)
    waits = [due - made for due, made in db.session.execute(wanted)]
    assert waits == [imports.PACE * number for number in range(20)]
