"""Pages of the documentation that are made from code."""

from __future__ import annotations

from datetime import timedelta

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from app.named_files import PREFIX
from app.settings import Settings


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
