"""test person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "5c0e8d21b7f4"
down_revision = "c3f7a91d5e20"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    column = sa.Column("is_test", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("user", column)


def downgrade() -> None:
    """Take back."""
    op.drop_column("user", "is_test")
