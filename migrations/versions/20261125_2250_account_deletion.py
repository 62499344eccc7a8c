"""account deletion."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database import UTCDateTime

revision = "91e3a6f0c7d8"
down_revision = "4b7d10c2e9a5"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("user", sa.Column("deletion_due_at", UTCDateTime(timezone=True), nullable=True))
    op.create_index("ix_user_deletion_due_at", "user", ["deletion_due_at"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_user_deletion_due_at", "user")
    op.drop_column("user", "deletion_due_at")
