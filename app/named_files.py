"""Reading settings: `SEALWAX_<NAME>_FILE` names the file that holds a secret; every fault."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "SEALWAX_"

S = TypeVar("S", bound=BaseSettings)


class SettingsRefused(Exception):
    """The settings cannot be used; the message lists every fault."""


class NamedFiles(PydanticBaseSettingsSource):
    """Read `SEALWAX_<NAME>_FILE`: secrets stay out of process listings and crash reports."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002 (signature of the base class)
        """Return the content of the file named for a setting, None without one."""
        path = os.environ.get(f"{PREFIX}{field_name.upper()}_FILE")
        if not path:
            return None, field_name, False
        file = Path(path)
        if file.stat().st_mode & (stat.S_IRWXO):
            message = f"{PREFIX}{field_name.upper()}_FILE can be read by everybody; chmod 600 it"
            raise SettingsRefused(message)
        return file.read_text(encoding="utf-8").strip(), field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return the values found."""
        found: dict[str, Any] = {}
        for name, field in self.settings_cls.model_fields.items():
            value, key, _ = self.get_field_value(field, name)
            if value is not None:
                found[key] = value
        return found


class FromEnvironment(BaseSettings):
    """Settings that are read from `SEALWAX_*`, and from the files named there."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (signature of the base class)
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (signature of the base class)
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read arguments first, then the environment, then the files it names."""
        return (init_settings, env_settings, NamedFiles(settings_cls))


def read(kind: type[S]) -> S:
    """Read settings from the environment and the files it names.

    Raises:
        SettingsRefused: names every fault at once.
    """
    try:
        return kind()
    except ValidationError as refused:
        lines = [_fault(dict(fault)) for fault in refused.errors(include_input=False)]
        raise SettingsRefused("\n".join(lines)) from None
    except OSError as missing:
        raise SettingsRefused(str(missing)) from None


def _fault(fault: dict[str, Any]) -> str:
    name = PREFIX + "_".join(str(part) for part in fault["loc"]).upper() if fault["loc"] else ""
    return f"{name}: {fault['msg']}".removeprefix(": ")
