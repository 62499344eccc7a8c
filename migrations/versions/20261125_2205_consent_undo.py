"""consents that can be restored."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database import UTCDateTime

revision = "7a2e91c4d5f0"
down_revision = "5b1d7e0a94c2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("consent", sa.Column("removed_at", UTCDateTime(timezone=True), nullable=True))
    op.add_column("consent", sa.Column("removed_scope", sa.Text(), nullable=True))
    op.add_column("consent", sa.Column("removed_declined", sa.Text(), nullable=True))
    op.create_index("ix_consent_removed_at", "consent", ["removed_at"])


def downgrade() -> None:
    """Take back."""
    op.execute("DELETE FROM consent WHERE removed_at IS NOT NULL")
    op.drop_index("ix_consent_removed_at", "consent")
    op.drop_column("consent", "removed_declined")
    op.drop_column("consent", "removed_scope")
    op.drop_column("consent", "removed_at")
