"""Migrations go up, down and up again, and end where the models are, on both engines."""

from __future__ import annotations

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from app import create_app
from app.database import Base, db
from tests.house.sources import ROOT

VERSIONS = sorted((ROOT / "migrations/versions").glob("*.py"))


@pytest.fixture
def bare(stage, request):
    """Work within an application on a database without tables."""
    url = stage.new_url(request.function.__name__)
    app = create_app(stage.settings.model_copy(update={"database_url": url}))
    with app.app_context():
        yield app
        db.engine.dispose()


def _tables():
    return set(inspect(db.engine).get_table_names())


@pytest.mark.usefixtures("bare")
def test_migrations_lead_to_the_models():
    flask_migrate.upgrade()

    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


@pytest.mark.usefixtures("bare")
def test_migrations_go_up_down_and_up():
    flask_migrate.upgrade()
    after_up = _tables()

    flask_migrate.downgrade(revision="base")
    after_down = _tables()
    flask_migrate.upgrade()

    assert after_down == {"alembic_version"}
    assert after_up == _tables() == {*Base.metadata.tables, "alembic_version"}


@pytest.mark.parametrize("path", VERSIONS, ids=lambda path: path.stem)
def test_migration_is_named_by_its_date_and_goes_both_ways(path):
    text = path.read_text(encoding="utf-8")

    assert path.stem[:8].isdigit()
    assert path.stem[8] == "_"
    assert "def upgrade()" in text
    assert "def downgrade()" in text
