"""what a mail says is sealed until it is sent."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.security import secrets
from app.settings import settings

revision = "3b8e57c2f1d6"
down_revision = "7d20f6b18c3e"
branch_labels = None
depends_on = None

PLAIN = {"subject": sa.String(length=300), "text": sa.Text(), "html": sa.Text()}
MAILS = sa.table(
    "mail",
    sa.column("id", sa.Integer()),
    sa.column("message_id", sa.String()),
    sa.column("sealed", sa.Text()),
    *(sa.column(name, kind) for name, kind in PLAIN.items()),
)


def upgrade() -> None:
    """Apply: a mail on its way is sealed, and sent by whoever comes next."""
    op.add_column("mail", sa.Column("sealed", sa.Text(), nullable=False, server_default=""))
    key = settings.encryption_keys[0]
    for row in _rows(MAILS.c.text != ""):
        text = json.dumps({name: row[name] for name in PLAIN})
        _write(row, {"sealed": secrets.encrypt(key, text, context=_context(row))})
    with op.batch_alter_table("mail") as table:
        for name in PLAIN:
            table.drop_column(name)
        table.alter_column("sealed", server_default=None)


def downgrade() -> None:
    """Take back."""
    for name, kind in PLAIN.items():
        op.add_column("mail", sa.Column(name, kind, nullable=False, server_default=""))
    for row in _rows(MAILS.c.sealed != ""):
        text = secrets.decrypt(settings.encryption_keys, row["sealed"], context=_context(row))
        _write(row, json.loads(text))
    with op.batch_alter_table("mail") as table:
        table.drop_column("sealed")
        for name in PLAIN:
            table.alter_column(name, server_default=None)


def _rows(wanted: Any) -> list[Any]:
    return list(op.get_bind().execute(sa.select(MAILS).where(wanted)).mappings())


def _write(row: Any, values: dict[str, str]) -> None:
    op.get_bind().execute(sa.update(MAILS).where(MAILS.c.id == row["id"]).values(values))


def _context(row: Any) -> str:
    return f"mail {row['message_id']}"
