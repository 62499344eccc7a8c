"""What documents list is made from code: settings from `Settings`, reasons from `REASONS`."""

from __future__ import annotations

from app.documents import settings_table
from app.settings import Settings
from tests.house.snapshots import (
    REASONS_PAGE,
    commands_table,
    documented_commands,
    documented_settings,
    reasons_page,
)

AGAIN = "`make snapshots` writes it again"


def test_readme_shows_every_setting():
    assert documented_settings() == settings_table(), AGAIN


def test_operators_read_of_every_command():
    assert documented_commands() == commands_table(), AGAIN


def test_every_setting_is_described_in_a_sentence():
    faults = [
        name
        for name, field in Settings.model_fields.items()
        if not field.description or field.description[-1] not in ".?"
    ]

    assert not faults, faults


def test_documentation_lists_every_reason():
    assert REASONS_PAGE.read_text(encoding="utf-8") == reasons_page(), AGAIN
