"""accounts of a browser."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database import UTCDateTime

revision = "5b1d7e0a94c2"
down_revision = "5d2f0b7c91ae"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "browser_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(length=43), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("used_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["session.id"],
            name="fk_browser_account_session_id_session",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name="fk_browser_account_user_id_user", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_browser_account"),
        sa.UniqueConstraint("holder", "user_id", name="uq_browser_account_holder_user_id"),
    )
    op.create_index("ix_browser_account_expires_at", "browser_account", ["expires_at"])
    op.create_index("ix_browser_account_session_id", "browser_account", ["session_id"])
    op.create_index("ix_browser_account_user_id", "browser_account", ["user_id"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_browser_account_user_id", "browser_account")
    op.drop_index("ix_browser_account_session_id", "browser_account")
    op.drop_index("ix_browser_account_expires_at", "browser_account")

    op.drop_table("browser_account")
