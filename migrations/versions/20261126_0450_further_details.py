"""further details."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "8c27f41d9ab6"
down_revision = "5e1a90c74b2d"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "user",
        sa.Column("details_due", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_column("user", "details_due")
