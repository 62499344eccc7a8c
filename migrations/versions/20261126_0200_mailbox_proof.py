"""mailbox proof."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database import UTCDateTime

revision = "e95b3c7d1a08"
down_revision = "d7a2930b5e14"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "mailbox_proof",
        sa.Column("browser", sa.String(length=43), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("code_digest", sa.String(length=43), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("mailed_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("proved_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("expires_at", UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name="fk_mailbox_proof_user_id_user", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("browser", name="pk_mailbox_proof"),
    )
    op.create_index("ix_mailbox_proof_user_id", "mailbox_proof", ["user_id"])
    op.create_index("ix_mailbox_proof_expires_at", "mailbox_proof", ["expires_at"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_mailbox_proof_expires_at", "mailbox_proof")
    op.drop_index("ix_mailbox_proof_user_id", "mailbox_proof")
    op.drop_table("mailbox_proof")
