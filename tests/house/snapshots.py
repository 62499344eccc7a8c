"""What tests compare the application with: every URL; settings, commands, reasons documented.

`make snapshots` writes them again; look at the difference before committing it.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import click
from flask import Flask
from werkzeug.routing import Rule

from app import create_app
from app.cli import COMMANDS
from app.documents import settings_table
from app.oidc.reasons import reasons_table
from app.security.redirect_doctor import CAUSES
from app.services.people.roles import ALLOWED_TO_OWN
from app.settings import Settings
from app.web import access
from app.web.endpoints.public import PATHS
from tests.stages import ENCRYPTION_KEY, ISSUER, SECRET_KEY

ROOT = Path(__file__).parent.parent.parent
ROUTES = Path(__file__).parent / "routes.txt"
README = ROOT / "README.md"
REASONS_PAGE = ROOT / "docs" / "reasons.md"
REASONS_INTRODUCTION = """# Reasons

Every reason for which something is refused: what it means, who can mend it, and what to change.

The code stands in the trace that an administrator finds under a reference such as `K7Q2-9FXM`. A
page shows the reference; an answer to a program carries it in the header `Sealwax-Reference`, and
an error that goes back through the browser at the end of `error_description`. The application
receives the error and, as its description, what is wrong and how to mend it.

Where a stranger could learn something from the true reason, the answer speaks of a plainer one and
the trace alone names it: which half of a client's credentials was wrong, for example, stands in the
trace and not in the answer, which is always `client_authentication_refused`.

The last column names what to change: a member of the application's registration, a setting of the
service, or a place in the administration. It is linked where the trace is shown.
"""
CAUSES_INTRODUCTION = """## Redirect addresses

`redirect_uri_mismatch` and `post_logout_redirect_uri_mismatch` come with their likely causes, found
by comparing the address that was sent with the nearest registered one, sign by sign. Addresses are
never matched loosely because of it.

| Cause | What it means |
| --- | --- |
"""
OPERATORS_PAGE = ROOT / "docs" / "operators.md"
BEGIN, END = "<!-- settings -->", "<!-- /settings -->"
COMMANDS_BEGIN, COMMANDS_END = "<!-- commands -->", "<!-- /commands -->"
WITHOUT_SAYING = {"HEAD", "OPTIONS"}


def routes_of(app: Flask) -> str:
    """Return one line for each URL: address, methods, endpoint, and what it needs."""
    lines = [
        f"{rule.rule:<48} {' '.join(sorted((rule.methods or set()) - WITHOUT_SAYING)):<10} "
        f"{rule.endpoint:<30} {_needed(app, rule)}"
        for rule in app.url_map.iter_rules()
    ]
    lines += [f"{path:<48} {'GET':<10} {'(before routing)':<30} anyone" for path in PATHS]
    return "\n".join(sorted(lines)) + "\n"


def _needed(app: Flask, rule: Rule) -> str:
    """Return what an address needs; `own` where owners come in for what is theirs."""
    found = access.of(app, rule.endpoint)
    if found is None:
        return "nothing is declared"
    theirs = {found.to_read, found.to_write} <= ALLOWED_TO_OWN
    return (
        f"{found}, own"
        if theirs and (found.narrows or "client_id" in rule.arguments)
        else f"{found}"
    )


def documented_settings() -> str:
    """Return the table of settings as the README shows it."""
    text = README.read_text(encoding="utf-8")
    return text.partition(BEGIN)[2].partition(END)[0].strip()


def documented_commands() -> str:
    """Return the table of commands as the page for operators shows it."""
    text = OPERATORS_PAGE.read_text(encoding="utf-8")
    return text.partition(COMMANDS_BEGIN)[2].partition(COMMANDS_END)[0].strip()


def commands_table() -> str:
    """Return every command of ours with its arguments, options and what it does, as Markdown."""
    lines = ["| `flask --app wsgi …` | What it does |", "| --- | --- |"]
    for first in COMMANDS:
        inner = first.commands.values() if isinstance(first, click.Group) else [first]
        for command in inner:
            words = first.name if command is first else f"{first.name} {command.name}"
            usage = " ".join([str(words), *map(_written, command.params)])
            lines.append(f"| `{usage}` | {(command.help or '').splitlines()[0]} |")
    return "\n".join(lines)


def _written(part: click.Parameter) -> str:
    """Return an argument or option as it is typed."""
    value = (part.metavar or (part.name or "").rpartition(".")[2]).upper()
    if isinstance(part, click.Option):
        value = part.opts[0] if part.is_flag else f"{part.opts[0]} {value}"
    return value if part.required else f"[{value}]"


def reasons_page() -> str:
    """Return the page of the documentation that lists every reason."""
    causes = "\n".join(f"| `{cause}` | {words} |" for cause, words in CAUSES.items())
    return f"{REASONS_INTRODUCTION}\n{reasons_table()}\n\n{CAUSES_INTRODUCTION}{causes}\n"


def write() -> None:
    """Write them again."""
    REASONS_PAGE.write_text(reasons_page(), encoding="utf-8")
    with TemporaryDirectory() as folder:
        settings = Settings.model_validate(
            {
                "issuer": ISSUER,
                "database_url": f"sqlite:///{folder}/sealwax.db",
                "secret_key": SECRET_KEY,
                "encryption_key": ENCRYPTION_KEY,
            }
        )
        ROUTES.write_text(routes_of(create_app(settings)), encoding="utf-8")
    readme = README.read_text(encoding="utf-8")
    before, _, rest = readme.partition(BEGIN)
    after = rest.partition(END)[2]
    README.write_text(f"{before}{BEGIN}\n\n{settings_table()}\n\n{END}{after}", encoding="utf-8")
    before, _, rest = OPERATORS_PAGE.read_text(encoding="utf-8").partition(COMMANDS_BEGIN)
    after = rest.partition(COMMANDS_END)[2]
    OPERATORS_PAGE.write_text(
        f"{before}{COMMANDS_BEGIN}\n\n{commands_table()}\n\n{COMMANDS_END}{after}", encoding="utf-8"
    )


if __name__ == "__main__":
    write()
