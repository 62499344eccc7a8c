"""files of people who are to get accounts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database import UTCDateTime

revision = "c1a7e05d42b9"
down_revision = "e2c47a90b1d6"
branch_labels = None
depends_on = None

COUNTS = ("taken", "added", "known", "wrong")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "user_import",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("started_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("tells", sa.Boolean(), server_default=sa.false(), nullable=False),
        *(sa.Column(name, sa.Integer(), server_default="0", nullable=False) for name in COUNTS),
        sa.Column("expires_at", UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["made_by_id"],
            ["user.id"],
            name=op.f("fk_user_import_made_by_id_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_import")),
    )
    for column in ("made_by_id", "started_at", "expires_at"):
        op.create_index(op.f(f"ix_user_import_{column}"), "user_import", [column], unique=False)


def downgrade() -> None:
    """Take back."""
    for column in ("expires_at", "started_at", "made_by_id"):
        op.drop_index(op.f(f"ix_user_import_{column}"), table_name="user_import")
    op.drop_table("user_import")
