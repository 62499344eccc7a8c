"""Commands about passwords known from leaks."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from app.cli.lines import as_json, show
from app.services.people import leaked_passwords

password_group = AppGroup("passwords", help="Passwords known from leaks.")
GROUPS = (password_group,)
FILE = click.Path(dir_okay=False, path_type=Path)


@password_group.command("build-filter")
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("target", type=FILE)
@as_json
def build_filter(source: Path, target: Path, *, as_json: bool) -> None:
    """Make the filter TARGET for SEALWAX_LEAKED_PASSWORDS_FILE out of the list SOURCE.

    SOURCE has one password a line, or the SHA-1 lines of Have I Been Pwned.
    """
    try:
        shape = leaked_passwords.build(source, target)
    except OSError as fault:
        raise click.ClickException(f"{fault.filename}: {fault.strerror}") from None
    show(
        {"file": str(target), "entries": shape.entries, "bytes": target.stat().st_size},
        as_json=as_json,
    )
