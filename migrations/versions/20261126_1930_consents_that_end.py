"""consents that end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database import UTCDateTime

revision = "e2c47a90b1d6"
down_revision = "4f7a1c86e03d"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    for table in ("consent", "family"):
        op.add_column(table, sa.Column("ends_at", UTCDateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_consent_ends_at"), "consent", ["ends_at"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("ix_consent_ends_at"), table_name="consent")
    for table in ("family", "consent"):
        op.drop_column(table, "ends_at")
