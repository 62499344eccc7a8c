"""The command line, `flask --app wsgi …`: thin over the rules."""

from __future__ import annotations

import json
import signal
import sys
import threading
from datetime import timedelta
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup

from app import jobs, serve
from app.database import commit
from app.documents import settings_table
from app.errors import InvalidInput, ProviderError
from app.models import Client
from app.security.jose import ALGORITHMS
from app.services import accounts, client_metadata, clients, keys, profiles, registrations
from app.services.client_metadata import KINDS
from app.settings import settings

user_group = AppGroup("user", help="People who sign in.")
client_group = AppGroup("client", help="Applications that people sign in to.")
token_group = AppGroup("registration-token", help="What lets applications register themselves.")
key_group = AppGroup("key", help="Signing keys.")
job_group = AppGroup("job", help="Work that nobody waits for.")
settings_group = AppGroup("settings", help="What this deployment decides.")
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def _print(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(found))
        return
    for name, value in found.items():
        click.echo(f"{name}: {value}")


def _print_row(found: dict[str, Any], *, as_json: bool) -> None:
    """Print one of several on a line of its own."""
    click.echo(json.dumps(found) if as_json else "\t".join(str(value) for value in found.values()))


def _refuse(error: ProviderError) -> None:
    field = f"{error.field}: " if isinstance(error, InvalidInput) else ""
    raise click.ClickException(f"{field}{error.public}")


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
    """Make an account."""
    del password_stdin  # the only way there is: arguments are visible to every process
    password = sys.stdin.readline().rstrip("\r\n")
    try:
        user = accounts.create(
            email, password=password, name=name, is_admin=admin, email_verified=verified
        )
    except ProviderError as error:
        _refuse(error)
        return
    commit()
    _print({"id": user.id, "subject": user.subject, "email": user.email}, as_json=as_json)


@user_group.command("set")
@click.argument("email")
@click.argument("assignments", metavar="CLAIM=VALUE...", nargs=-1, required=True)
@as_json
def set_user(email: str, assignments: tuple[str, ...], *, as_json: bool) -> None:
    """Set standard claims of a person: CLAIM=VALUE; the address as a JSON object."""
    user = accounts.find_by_email(email)
    if user is None:
        raise click.ClickException("There is no account with this address.")
    members = dict(_assignment(text) for text in assignments)
    try:
        profiles.change(user, members)
    except ProviderError as error:
        _refuse(error)
        return
    commit()
    _print(
        {"email": user.email, **{name: getattr(user, name) for name in members}}, as_json=as_json
    )


@client_group.command("create")
@click.option("--name", required=True, help="What people see.")
@click.option("--redirect-uri", "redirect_uris", multiple=True, help="May be given several times.")
@click.option("--type", "kind", type=click.Choice(list(KINDS)), default="web")
@click.option("--trusted", is_flag=True, help="Never ask people for consent.")
@as_json
def create_client(
    name: str, redirect_uris: tuple[str, ...], kind: Any, *, trusted: bool, as_json: bool
) -> None:
    """Register an application; the secret is printed once and kept nowhere."""
    members = {
        **KINDS[kind],
        "client_name": name,
        "redirect_uris": list(redirect_uris),
        "trusted": trusted,
    }
    try:
        client, secret = clients.register(client_metadata.validate(members))
    except ProviderError as error:
        _refuse(error)
        return
    commit()
    _print({"client_id": client.client_id, "client_secret": secret}, as_json=as_json)


@client_group.command("set")
@click.argument("client_id")
@click.argument("assignments", metavar="FIELD=VALUE...", nargs=-1, required=True)
@as_json
def set_client(client_id: str, assignments: tuple[str, ...], *, as_json: bool) -> None:
    """Change fields of an application: FIELD=VALUE; lists and numbers as JSON."""
    try:
        client = clients.get(client_id)
        metadata = clients.update(client, dict(_assignment(text) for text in assignments))
    except ProviderError as error:
        _refuse(error)
        return
    commit()
    _print(metadata.model_dump(mode="json"), as_json=as_json)


def _assignment(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise click.BadParameter(f"{text} is not FIELD=VALUE")
    try:
        return name, json.loads(value)
    except json.JSONDecodeError:
        return name, value


@client_group.command("list")
@as_json
def list_clients(*, as_json: bool) -> None:
    """List every application."""
    for client in clients.every():
        _print_row(_summary(client), as_json=as_json)


def _summary(client: Client) -> dict[str, Any]:
    return {
        "client_id": client.client_id,
        "name": client.name,
        "kind": client_metadata.kind_of(client.registration),
        "is_disabled": client.is_disabled,
    }


@token_group.command("create")
@click.option("--note", default="", help="What it is for.")
@click.option("--uses", type=click.IntRange(1), default=1, help="How many may register with it.")
@click.option("--unlimited", is_flag=True, help="Any number may.")
@click.option("--days", type=click.IntRange(1, 3650), default=7, help="How long it lives.")
@as_json
def create_token(note: str, uses: int, days: int, *, unlimited: bool, as_json: bool) -> None:
    """Make an initial access token (RFC 7591); it is printed once and kept nowhere."""
    row, token = registrations.new_initial_token(
        note, uses=None if unlimited else uses, lifetime=timedelta(days=days)
    )
    commit()
    _print({"id": row.id, "initial_access_token": token}, as_json=as_json)


@token_group.command("list")
@as_json
def list_tokens(*, as_json: bool) -> None:
    """List every initial access token."""
    for row in registrations.initial_tokens():
        found = {
            "id": row.id,
            "note": row.note,
            "uses_left": row.uses_left,
            "expires_at": row.expires_at.isoformat(),
            "is_revoked": row.revoked_at is not None,
        }
        _print_row(found, as_json=as_json)


@token_group.command("revoke")
@click.argument("token_id", type=int)
@as_json
def revoke_token(token_id: int, *, as_json: bool) -> None:
    """Let nobody else register with it."""
    try:
        registrations.revoke_initial_token(token_id)
    except ProviderError as error:
        _refuse(error)
        return
    commit()
    _print({"id": token_id, "state": "revoked"}, as_json=as_json)


@key_group.command("list")
@as_json
def list_keys(*, as_json: bool) -> None:
    """List every signing key."""
    for key in keys.listed():
        found = {"kid": key.kid, "alg": key.alg, "state": key.state}
        _print_row({**found, "created_at": key.created_at.isoformat()}, as_json=as_json)


@key_group.command("rotate")
@click.option("--alg", "algs", multiple=True, type=click.Choice(ALGORITHMS))
@click.option("--force", is_flag=True, help="Also with a key that was published just now.")
@as_json
def rotate_keys(algs: tuple[str, ...], *, force: bool, as_json: bool) -> None:
    """Let the next key sign from now on; what the old one signed stays valid."""
    for alg in algs or ALGORITHMS:
        try:
            key = keys.rotate(alg, force=force)
        except ProviderError as error:
            _refuse(error)
            return
        commit()
        _print_row({"kid": key.kid, "alg": key.alg, "state": key.state}, as_json=as_json)


@key_group.command("retire")
@click.argument("kid")
@as_json
def retire_key(kid: str, *, as_json: bool) -> None:
    """Stop publishing a key that signs no more: what it signed is refused from now on."""
    try:
        keys.retire(kid)
    except ProviderError as error:
        _refuse(error)
        return
    commit()
    _print({"kid": kid, "state": "gone"}, as_json=as_json)


@job_group.command("run")
@click.option("--forever", is_flag=True, help="Go on until stopped.")
def run_jobs(*, forever: bool) -> None:
    """Send mail, turn keys, clean up: each once, or again and again."""
    rounds = jobs.Rounds()
    if not forever:
        stumbled = rounds.run()
        if stumbled:
            raise click.ClickException(f"these jobs stumbled, see the log: {', '.join(stumbled)}")
        return
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stopped.set())
    rounds.run_until(stopped)


@settings_group.command("check")
@as_json
def check_settings(*, as_json: bool) -> None:
    """Say that the settings can be used; a process with faulty ones does not start at all."""
    if as_json:
        click.echo(json.dumps({"issuer": settings.issuer, "faults": []}))
    else:
        click.echo("The settings are in order.")


@settings_group.command("table")
def print_settings() -> None:
    """Print the table of settings for the README."""
    click.echo(settings_table())


def init_cli(app: Flask) -> None:
    """Give the application its commands."""
    for group in (user_group, client_group, token_group, key_group, job_group, settings_group):
        app.cli.add_command(group)
    for command in (serve.serve, serve.local):
        app.cli.add_command(command)
