"""Commands about keys, jobs and settings."""

from __future__ import annotations

import json
import signal
import threading

import click
from flask.cli import AppGroup

from app import jobs
from app.cli.lines import as_json, refuse, show, show_row
from app.database import commit
from app.documents import settings_table
from app.errors import ProviderError
from app.services.authorization import key_evidence, keys
from app.settings import settings

key_group = AppGroup("key", help="Signing keys.")
job_group = AppGroup("job", help="Work that nobody waits for.")
settings_group = AppGroup("settings", help="What this deployment decides.")
GROUPS = (key_group, job_group, settings_group)


@key_group.command("list")
@as_json
def list_keys(*, as_json: bool) -> None:
    """List every signing key."""
    for key in keys.listed():
        found = {"kid": key.kid, "alg": key.alg, "state": key.state}
        show_row({**found, "created_at": key.created_at.isoformat()}, as_json=as_json)


@key_group.command("rotate")
@click.option("--alg", "algs", multiple=True, type=click.Choice(keys.KINDS))
@click.option("--force", is_flag=True, help="Also with a key that was published just now.")
@as_json
def rotate_keys(algs: tuple[str, ...], *, force: bool, as_json: bool) -> None:
    """Let the next key sign from now on; what the old one signed stays valid."""
    for alg in algs or keys.KINDS:
        try:
            key = keys.rotate(alg, force=force)
        except ProviderError as error:
            refuse(error)
            return
        commit()
        show_row({"kid": key.kid, "alg": key.alg, "state": key.state}, as_json=as_json)


# Of all key identifiers, one in 64 begins with a dash and would be taken for an option.
@key_group.command("retire", context_settings={"ignore_unknown_options": True})
@click.argument("kid")
@as_json
def retire_key(kid: str, *, as_json: bool) -> None:
    """Stop publishing a key that signs no more: what it signed is refused from now on."""
    try:
        keys.retire(kid)
    except ProviderError as error:
        refuse(error)
        return
    commit()
    show({"kid": kid, "state": "gone"}, as_json=as_json)


@key_group.command("revoke", context_settings={"ignore_unknown_options": True})
@click.argument("kid")
@click.option("--reason", default="", help="Kept in the record.")
@as_json
def revoke_key(kid: str, *, reason: str, as_json: bool) -> None:
    """Stop believing a key that may be in wrong hands, also the one that signs.

    Says of how many people living tokens may die with it, at most.
    """
    key = next((one for one in keys.listed() if one.kid == kid), None)
    hit = key_evidence.people(key) if key else 0
    try:
        keys.revoke(kid, reason=reason)
    except ProviderError as error:
        refuse(error)
        return
    commit()
    show({"kid": kid, "state": "gone", "people_at_most": hit}, as_json=as_json)


@job_group.command("run")
@click.option("--forever", is_flag=True, help="Go on until stopped.")
@click.option("--parent", type=int, help="Stop, too, when this process is gone: it started us.")
def run_jobs(*, forever: bool, parent: int | None) -> None:
    """Send mail, turn keys, clean up: each once, or again and again."""
    rounds = jobs.Rounds()
    if not forever:
        stumbled = rounds.run()
        if stumbled:
            raise click.ClickException(f"these jobs stumbled, see the log: {', '.join(stumbled)}")
        return
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stopped.set())
    rounds.run_until(stopped, parent=parent)


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
