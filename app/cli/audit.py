"""Commands about the audit log: whether it is what was written, and all of it as a file."""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask.cli import AppGroup

from app.cli.lines import as_json
from app.services.upkeep import audit_file, audit_proof
from app.services.upkeep.audit_proof import Fault, Proof

audit_group = AppGroup("audit", help="The record of who did what.")
GROUPS = (audit_group,)
WORDS = {
    "changed": "was changed after it was sealed",
    "removed": "was removed",
    "cut": "links of the chain are missing from here on",
    "added": "was added without a seal",
    "taken": "something was taken from it, and not by Sealwax",
    "end": "the chain does not end as Sealwax signed it",
    "file": "the file was changed after it was written",
}


def _end(_context: object, _parameter: object, typed: str | None) -> tuple[int, str] | None:
    if typed is None:
        return None
    position, _, written = typed.partition(":")
    if not (position.isascii() and position.isdigit() and written):
        raise click.BadParameter("an end is written as NUMBER:HASH")
    return int(position), written


@audit_group.command("verify")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False))
@click.option("--end", callback=_end, help="NUMBER:HASH that an earlier run has printed.")
@as_json
def verify(file: str | None, end: tuple[int, str] | None, *, as_json: bool) -> None:
    """Prove the log in the database, or one that was exported as FILE."""
    proof = _of_file(Path(file), end) if file else audit_proof.of_database(end)
    if as_json:
        click.echo(json.dumps(_found(proof)))
    else:
        _say(proof)
    if proof.faults:
        raise click.exceptions.Exit(1)


def _of_file(path: Path, end: tuple[int, str] | None) -> Proof:
    try:
        with path.open(encoding="utf-8", newline="\n") as lines:
            return audit_file.verify(lines, end)
    except (audit_file.NotOurFile, UnicodeDecodeError) as fault:
        raise click.ClickException("this is not a file that Sealwax has written") from fault


def _found(proof: Proof) -> dict[str, object]:
    faults = [
        {"kind": fault.kind, "position": fault.position, "event": fault.event_id}
        for fault in proof.faults
    ]
    counts = {name: getattr(proof, name) for name in ("rows", "forgotten", "swept", "unsealed")}
    return {**counts, "end": f"{proof.position}:{proof.hash}", "faults": faults}


def _say(proof: Proof) -> None:
    click.echo(f"rows: {proof.rows}, of which {proof.forgotten} tell of somebody forgotten")
    click.echo(f"rows that had their time and are gone: {proof.swept}")
    click.echo(f"rows not sealed yet: {proof.unsealed}")
    if proof.is_whole:
        click.echo(f"end: {proof.position}:{proof.hash}")
    for fault in proof.faults:
        click.echo(_line(fault))
    click.echo(f"{len(proof.faults)} faults" if proof.faults else "Nothing was changed.")


def _line(fault: Fault) -> str:
    row = f"row {fault.event_id}" if fault.event_id is not None else ""
    link = f"link {fault.position}" if fault.position is not None else ""
    return f"{', '.join(filter(None, (row, link))) or 'the log'}: {WORDS[fault.kind]}"


@audit_group.command("export")
def export() -> None:
    """Print the whole log as JSON, to be kept elsewhere and proved with `audit verify FILE`."""
    for line in audit_file.whole():
        click.echo(line, nl=False)
