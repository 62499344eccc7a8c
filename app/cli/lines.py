"""What commands read and print: assignments, answers for people or as JSON, refusals."""

from __future__ import annotations

import json
from typing import Any

import click

from app.errors import InvalidInput, ProviderError

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def show(found: dict[str, Any], *, as_json: bool) -> None:
    """Print what was found or made, a line for each fact."""
    if as_json:
        click.echo(json.dumps(found))
        return
    for name, value in found.items():
        click.echo(f"{name}: {value}")


def show_row(found: dict[str, Any], *, as_json: bool) -> None:
    """Print one of several on a line of its own."""
    click.echo(json.dumps(found) if as_json else "\t".join(str(value) for value in found.values()))


def refuse(error: ProviderError) -> None:
    """Stop with what a rule says."""
    field = f"{error.field}: " if isinstance(error, InvalidInput) else ""
    raise click.ClickException(f"{field}{error.public}")


def assignment(text: str) -> tuple[str, Any]:
    """Read FIELD=VALUE; a value that is JSON is taken as that, anything else as text."""
    name, equals, value = text.partition("=")
    if not equals:
        raise click.BadParameter(f"{text} is not FIELD=VALUE")
    try:
        return name, json.loads(value)
    except json.JSONDecodeError:
        return name, value
