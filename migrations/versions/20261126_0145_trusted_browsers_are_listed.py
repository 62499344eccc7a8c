"""trusted browsers are listed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database import UTCDateTime

revision = "d7a2930b5e14"
down_revision = "c4e81f0a6d23"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply; what is trusted already names no device, so people are asked there once more."""
    op.execute("DELETE FROM trusted_browser")
    with op.batch_alter_table("trusted_browser") as table:
        table.add_column(sa.Column("user_agent", sa.String(length=300), nullable=False))
        table.add_column(sa.Column("trusted_at", UTCDateTime(timezone=True), nullable=False))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("trusted_browser") as table:
        table.drop_column("trusted_at")
        table.drop_column("user_agent")
