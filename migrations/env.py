"""Run migrations on the database of the current application."""

from __future__ import annotations

from alembic import context
from flask import current_app

import app.models  # noqa: F401 (every table is known once its module is imported)
from app.database import db


def run() -> None:
    """Run the migrations asked for, in one transaction each."""
    given = context.config.attributes.get("connection")
    with db.engine.connect() as connection:
        context.configure(
            connection=given or connection,
            target_metadata=db.metadata,
            transaction_per_migration=True,
            user_module_prefix="",
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
