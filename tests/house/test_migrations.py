"""Migrations go up, down and up again, and end where the models are, on both engines."""

from __future__ import annotations

from dataclasses import asdict

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import column, insert, inspect, table, text

from app import create_app
from app.database import Base, db
from app.services.upkeep import mail
from tests.house.sources import ROOT

BEFORE_SEALED_MAIL = "7d20f6b18c3e"
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


def test_mail_on_its_way_is_sealed_and_opened_by_migrations(bare):
    """A link that waits to be sent outlives both ways of the migration that seals it."""
    plain = {"subject": "A code", "text": "BCDF-GHJK", "html": "<p>BCDF-GHJK</p>"}
    columns = {"message_id": "<1@x>", "recipient": "a@b.example", "template": "t", "tries": 0}
    times = {"created_at": "2026-11-28 10:00:00", "due_at": "2026-11-28 10:00:00"}
    row = {**plain, **columns, **times, "last_fault": ""}
    flask_migrate.upgrade(revision=BEFORE_SEALED_MAIL)
    _run(insert(table("mail", *map(column, row))).values(row))

    flask_migrate.upgrade()
    sealed = _run(text("SELECT sealed, message_id FROM mail"))
    flask_migrate.downgrade(revision=BEFORE_SEALED_MAIL)
    opened = _run(text("SELECT subject, text, html FROM mail"))

    assert "BCDF" not in sealed.sealed
    with bare.test_request_context():
        assert asdict(mail.read(sealed)) == plain
    assert opened == tuple(plain.values())


def _run(statement):
    """Run one statement, and return the row that comes of it, if any."""
    with db.engine.begin() as connection:
        answer = connection.execute(statement)
        return answer.one() if answer.returns_rows else None


@pytest.mark.parametrize("path", VERSIONS, ids=lambda path: path.stem)
def test_migration_is_named_by_its_date_and_goes_both_ways(path):
    source = path.read_text(encoding="utf-8")

    assert path.stem[:8].isdigit()
    assert path.stem[8] == "_"
    assert "def upgrade()" in source
    assert "def downgrade()" in source
