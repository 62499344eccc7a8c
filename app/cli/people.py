"""Commands about people who sign in."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import IO

import click
from flask.cli import AppGroup

from app.cli.lines import as_json, assignment, refuse, show, show_row
from app.database import commit, rollback
from app.errors import ProviderError
from app.jobs.imports import address_of
from app.services.people import (
    accounts,
    addresses,
    import_files,
    import_lines,
    imports,
    profiles,
    roles,
)
from app.services.people.import_files import Table
from app.services.people.import_lines import Judged, Outcome
from app.services.people.person_names import one_line
from app.services.people.roles import COLUMNS, Role

user_group = AppGroup("user", help="People who sign in.")
GROUPS = (user_group,)
MOST_SHOWN = 254
#: Roles that can be given, as they are typed.
GIVEN = [role.value for role in COLUMNS]


@user_group.command("create")
@click.argument("email")
@click.option("--name", default=None, help="The person's full name.")
@click.option("--admin", is_flag=True, help="May use the admin pages.")
@click.option("--verified", is_flag=True, help="The address is known to be theirs.")
@click.option("--password-stdin", is_flag=True, required=True, help="Read the password from stdin.")
@as_json
def create_user(
    email: str,
    name: str | None,
    *,
    admin: bool,
    verified: bool,
    password_stdin: bool,
    as_json: bool,
) -> None:
    """Make an account; the address of an administrator counts as confirmed, as in the set-up."""
    del password_stdin  # the only way there is: arguments are visible to every process
    password = sys.stdin.readline().rstrip("\r\n")
    try:
        user = accounts.create(
            email,
            password=password,
            name=name,
            is_admin=admin,
            email_verified=verified or admin,
        )
    except ProviderError as error:
        refuse(error)
        return
    commit()
    show({"id": user.id, "subject": user.subject, "email": user.email}, as_json=as_json)


@user_group.command("verify")
@click.argument("email")
@click.option("--reason", required=True, help="How it is known; it stays in the audit log.")
@as_json
def verify_user(email: str, reason: str, *, as_json: bool) -> None:
    """Let the primary address of a person count as confirmed, where no mail reaches them."""
    user = accounts.find_by_email(email)
    if user is None:
        raise click.ClickException("There is no account with this address.")
    addresses.verify_by_hand(user, by=None, reason=reason)
    commit()
    show({"email": user.email, "email_verified": user.email_verified}, as_json=as_json)


@user_group.command("roles")
@click.argument("email")
@click.option("--give", multiple=True, type=click.Choice(GIVEN), help="A role to have.")
@click.option("--take", multiple=True, type=click.Choice(GIVEN), help="One to lose.")
@as_json
def change_roles(
    email: str, give: tuple[str, ...], take: tuple[str, ...], *, as_json: bool
) -> None:
    """Show the roles of a person, after giving and taking some."""
    user = accounts.find_by_email(email)
    if user is None:
        raise click.ClickException("There is no account with this address.")
    held = {*roles.of(user), *map(Role, give)} - {*map(Role, take)}
    try:
        roles.give(user, held)
    except ProviderError as error:
        rollback()
        refuse(error)
        return
    commit()
    found = [role.value for role in roles.of(user)]
    show({"email": user.email, "roles": found if as_json else " ".join(found)}, as_json=as_json)


@user_group.command("set")
@click.argument("email")
@click.argument("assignments", metavar="CLAIM=VALUE...", nargs=-1, required=True)
@as_json
def set_user(email: str, assignments: tuple[str, ...], *, as_json: bool) -> None:
    """Set standard claims of a person: CLAIM=VALUE; the address as a JSON object."""
    user = accounts.find_by_email(email)
    if user is None:
        raise click.ClickException("There is no account with this address.")
    members = dict(assignment(text) for text in assignments)
    try:
        profiles.change(user, members)
    except ProviderError as error:
        refuse(error)
        return
    commit()
    show({"email": user.email, **{name: getattr(user, name) for name in members}}, as_json=as_json)


@user_group.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--dry-run", is_flag=True, help="Write nothing: show what would happen.")
@click.option("--no-mail", is_flag=True, help="Mail nobody a link to choose a password.")
@as_json
def import_users(file: IO[bytes], *, dry_run: bool, no_mail: bool, as_json: bool) -> None:
    """Make accounts for the people in a CSV file; the exit status is 1 when a line has an error."""
    try:
        table = import_files.read(file.read(import_files.MOST_BYTES + 1))
    except ProviderError as error:
        refuse(error)
        return
    done = _checked(table) if dry_run else _added(table, tells=not no_mail)
    outcomes = []
    for one, outcome in done:
        outcomes.append(outcome)
        email = one_line(one.line.email)[:MOST_SHOWN]  # a terminal would obey what stands there
        line = {"line": one.line.number, "email": email, "outcome": outcome.value}
        show_row({**line, "why": one.why}, as_json=as_json)
    if Outcome.WRONG in outcomes:
        raise click.exceptions.Exit(1)


def _checked(table: Table) -> Iterator[tuple[Judged, Outcome]]:
    for one in import_lines.judge(table.lines, by=None):
        yield one, one.outcome


def _added(table: Table, *, tells: bool) -> Iterator[tuple[Judged, Outcome]]:
    """Yield each line once it is in the database, in the bits in which others can wait for it."""
    imports.record(len(table.lines), tells=tells)
    added = 0
    for begin in range(0, len(table.lines), imports.BIT):
        bit, done = table.lines[begin : begin + imports.BIT], []
        for one in import_lines.judge(bit, by=None, among=table.lines):
            outcome = imports.add(one, by=None, link=address_of if tells else None, before=added)
            added += outcome is Outcome.ADD
            done.append((one, outcome))
        commit()
        yield from done
