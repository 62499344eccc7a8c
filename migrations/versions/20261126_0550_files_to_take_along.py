"""files to take along."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database import UTCDateTime

revision = "4f7a1c86e03d"
down_revision = "b93e6d02f5c8"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "data_export",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("due_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("made_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("digest", sa.String(length=43), nullable=True),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("expires_at", UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
            name=op.f("fk_data_export_user_id_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_data_export")),
        sa.UniqueConstraint("digest", name=op.f("uq_data_export_digest")),
    )
    op.create_index(op.f("ix_data_export_expires_at"), "data_export", ["expires_at"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("ix_data_export_expires_at"), table_name="data_export")
    op.drop_table("data_export")
