"""The README's table of settings is the one made from `Settings`."""

from __future__ import annotations

from app.settings import Settings, settings_table
from tests.house.snapshots import documented_settings


def test_readme_shows_every_setting():
    assert documented_settings() == settings_table(), "`make snapshots` writes it again"


def test_every_setting_is_described_in_a_sentence():
    faults = [
        name
        for name, field in Settings.model_fields.items()
        if not field.description or field.description[-1] not in ".?"
    ]

    assert not faults, faults
