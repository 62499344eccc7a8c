"""unsent form."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database import UTCDateTime

revision = "c3f7a91d5e20"
down_revision = "c5a8e21f7b30"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "unsent_form",
        sa.Column("browser", sa.String(length=43), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("page", sa.String(length=300), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("expires_at", UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
            name=op.f("fk_unsent_form_user_id_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("browser", "user_id", "page", name=op.f("pk_unsent_form")),
    )
    op.create_index(op.f("ix_unsent_form_expires_at"), "unsent_form", ["expires_at"])


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("ix_unsent_form_expires_at"), "unsent_form")
    op.drop_table("unsent_form")
