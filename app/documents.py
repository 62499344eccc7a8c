"""Pages of the documentation that are made from code."""

from __future__ import annotations

import re
from datetime import timedelta

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from app.named_files import PREFIX
from app.settings import Settings

#: The user part of an address, with whatever stands in it.
URL_PASSWORD = re.compile(r"(//)[^/@]+@")


def settings_table() -> str:
    """Return the table of settings for the README, as Markdown."""
    lines = ["| Setting | Default | Meaning |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        lines.append(f"| `{PREFIX}{name.upper()}` | {_default(field)} | {field.description} |")
    return "\n".join(lines)


def _default(field: FieldInfo) -> str:
    value = field.default
    if field.is_required():
        return "required"
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, timedelta):
        return f"`{_duration(value)}`"
    if value in ("", ()):
        return "empty"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _duration(value: timedelta) -> str:
    seconds = int(value.total_seconds())
    for size, letter, lead in ((86400, "D", "P"), (3600, "H", "PT"), (60, "M", "PT")):
        if seconds % size == 0:
            return f"{lead}{seconds // size}{letter}"
    return f"PT{seconds}S"


def settings_in_use(settings: Settings) -> list[dict[str, str]]:
    """Return every setting: its name, variable, value in words, and whether it was set.

    Secrets are never among the values: of them it is told whether there is one.
    """
    given = settings.model_fields_set
    return [
        {
            "name": name,
            "variable": f"{PREFIX}{name.upper()}",
            "value": _in_words(name, getattr(settings, name)),
            "source": "environment" if name in given else "default",
            "meaning": field.description or "",
        }
        for name, field in Settings.model_fields.items()
    ]


def _in_words(name: str, value: object) -> str:
    if isinstance(value, SecretStr):
        return "***" if value.get_secret_value() else ""
    if isinstance(value, timedelta):
        return _duration(value)
    if isinstance(value, tuple):
        return ", ".join(str(one) for one in value)
    if name.endswith("_url"):  # of a database it may hold a password
        return URL_PASSWORD.sub(r"\1***@", str(value))
    return str(value).lower() if isinstance(value, bool) else str(value)
