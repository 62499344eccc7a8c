"""Commands about applications, and what lets them register themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import click
from flask.cli import AppGroup

from app.cli.lines import as_json, assignment, refuse, show, show_row
from app.database import commit
from app.errors import ProviderError
from app.models import Client
from app.services.clients import client_metadata, clients, registrations, sectors
from app.services.clients.client_metadata import KINDS

client_group = AppGroup("client", help="Applications that people sign in to.")
token_group = AppGroup("registration-token", help="What lets applications register themselves.")
GROUPS = (client_group, token_group)


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
        refuse(error)
        return
    commit()
    show({"client_id": client.client_id, "client_secret": secret}, as_json=as_json)


@client_group.command("set")
@click.argument("client_id")
@click.argument("assignments", metavar="FIELD=VALUE...", nargs=-1, required=True)
@as_json
def set_client(client_id: str, assignments: tuple[str, ...], *, as_json: bool) -> None:
    """Change fields of an application: FIELD=VALUE; lists and numbers as JSON."""
    try:
        client = clients.get(client_id)
        members = dict(assignment(text) for text in assignments)
        sectors.check(clients.proposed(client, members), before=client.registration)
        metadata = clients.update(client, members)
    except ProviderError as error:
        refuse(error)
        return
    commit()
    show(metadata.model_dump(mode="json"), as_json=as_json)


@client_group.command("list")
@as_json
def list_clients(*, as_json: bool) -> None:
    """List every application."""
    for client in clients.every():
        show_row(_summary(client), as_json=as_json)


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
    show({"id": row.id, "initial_access_token": token}, as_json=as_json)


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
        show_row(found, as_json=as_json)


@token_group.command("revoke")
@click.argument("token_id", type=int)
@as_json
def revoke_token(token_id: int, *, as_json: bool) -> None:
    """Let nobody else register with it."""
    try:
        registrations.revoke_initial_token(token_id)
    except ProviderError as error:
        refuse(error)
        return
    commit()
    show({"id": token_id, "state": "revoked"}, as_json=as_json)
